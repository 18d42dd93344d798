import type { ProcessReading, RecordingEvent } from '../../protocol/recording.ts';
import { ListedChildren } from '../listed-children.ts';
import type { ProcessRecord } from './records.ts';

/** Turns what the target tells of its children and workers into the recording's events. */
export class ProcessEvents {
  /** Ids of the child processes that run, as far as is known. */
  readonly running = new Set<number>();

  /** Where the program can't look after its children by itself. */
  private listed?: ListedChildren;

  constructor(private readonly write: (event: RecordingEvent) => void) {}

  /** Whose they are. @param platform of the program */
  of(pid: number, platform: string | undefined): void {
    if (platform !== 'linux' && platform === process.platform) this.listed = new ListedChildren(pid, this);
  }

  /** Called with each reading of the program's memory. @param now the recording's clock */
  look(now: () => number): void {
    void this.listed?.look(now);
  }

  /**
   * @param onClock the recording's time of the target's
   * @param within the span that started it, as the recording knows it
   */
  hear(
    record: ProcessRecord,
    onClock: (at: number) => number,
    within?: { id: number; session?: string },
  ): void {
    const t = onClock(record.at);
    if (record.type === 'processes') {
      this.read(
        t,
        record.readings.map((one) => (one.used === undefined ? one : { ...one, used: onClock(one.used) })),
      );
      return;
    }
    const { pid, thread } = record;
    const role = thread === undefined ? 'child' : 'worker';
    if (record.type === 'process') {
      const { ppid, argv, frames } = record;
      const session = record.session ?? within?.session;
      const how = { ppid, argv, frames, span: within?.id, session };
      if (role === 'child') this.running.add(pid);
      this.write({ type: 'process', t, event: 'start', role, pid, thread, ...how });
      return;
    }
    const { exitCode, signal } = record;
    if (role === 'child') this.running.delete(pid);
    this.write({ type: 'process', t, event: 'exit', role, pid, thread, exitCode, signal });
  }

  /** A child of a child was seen from outside. */
  met(pid: number, ppid: number, argv: string[], t: number): void {
    this.running.add(pid);
    this.write({ type: 'process', t, event: 'start', role: 'child', pid, ppid, argv });
  }

  read(t: number, readings: ProcessReading[]): void {
    this.write({ type: 'processes', t, readings });
  }

  /** A child that was still known to run has ended, with the program or after it. */
  gone(pid: number, t: number): void {
    if (!this.running.delete(pid)) return;
    this.write({ type: 'process', t, event: 'exit', role: 'child', pid });
  }
}
