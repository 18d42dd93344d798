/** However long a target or a disk keeps us, in milliseconds. */
const PATIENCE_MS = 1500;

/** The end of the process: once, in order, and never late. */
export class Ending {
  private begun?: Promise<void>;

  constructor(private readonly close: () => Promise<void>) {}

  /** Ends all that is under way; settles then, or when it takes too long. */
  begin(): Promise<void> {
    this.begun ??= this.inTime();
    return this.begun;
  }

  async exit(code: number): Promise<void> {
    await this.begin();
    process.exit(code);
  }

  private async inTime(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([this.close().catch(() => {}), late]);
    clearTimeout(timer);
  }
}
