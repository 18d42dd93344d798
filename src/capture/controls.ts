type Request = { type: 'snapshot' } | { type: 'stop' } | { type: 'interrupt'; signal: NodeJS.Signals };

/** What a person may ask of a recording under way. Requests made before it listens are kept. */
export class CaptureControls {
  private waiting: Request[] = [];
  private listener?: (request: Request) => void;

  /** A snapshot now. */
  snapshot(): void {
    this.send({ type: 'snapshot' });
  }

  /** A last snapshot, then the end of the recording. A program that we started is ended, too. */
  stop(): void {
    this.send({ type: 'stop' });
  }

  /**
   * Our own process got this signal. The program ends by it after its last snapshot; asked a second time, it is
   * killed. Under `attach` the recording ends, with a last snapshot the first time, and the program goes on.
   */
  interrupt(signal: NodeJS.Signals): void {
    this.send({ type: 'interrupt', signal });
  }

  /** For the recorder: one listener. */
  listen(listener: (request: Request) => void): void {
    this.listener = listener;
    for (const request of this.waiting.splice(0)) listener(request);
  }

  private send(request: Request): void {
    if (this.listener) this.listener(request);
    else this.waiting.push(request);
  }
}
