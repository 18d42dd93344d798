import type { ProcessReading } from '../protocol/recording.ts';
import { type ListedProcess, listProcesses } from './process-lists.ts';

/** To list them takes long: a fifth of a second in some places. */
const EVERY_MS = 5000;
/** As the recording grows, lists become rarer: so many in its whole length. */
const LISTS = 300;
const DEEPEST = 4;

/** Hears of them, and knows which run. */
export interface Children {
  readonly running: ReadonlySet<number>;
  met(pid: number, ppid: number, argv: string[], t: number): void;
  read(t: number, readings: ProcessReading[]): void;
  gone(pid: number, t: number): void;
}

/** What the program's children take, by the system's list of processes: where the program itself can't look. */
export class ListedChildren {
  private due = 0;
  private asking = false;
  /** Children of children that lists told of. */
  private readonly found = new Set<number>();

  /** @param pid the program's */
  constructor(
    private readonly pid: number,
    private readonly events: Children,
    private readonly list = (): Promise<ListedProcess[]> => listProcesses(process.platform),
  ) {}

  /** Asks, if it is time and there is somebody to ask for. @param now the recording's clock */
  async look(now: () => number): Promise<void> {
    const { running } = this.events;
    const t = now();
    if (this.asking || t < this.due || !running.size) return;
    this.asking = true;
    const listed = new Map((await this.list()).map((one) => [one.pid, one]));
    this.asking = false;
    const took = now() - t;
    this.due = now() + Math.max(EVERY_MS, t / LISTS, 50 * took);
    if (listed.size) this.tell(listed, now());
  }

  private tell(listed: ReadonlyMap<number, ListedProcess>, t: number): void {
    const { events, found } = this;
    for (const one of found) {
      if (listed.has(one)) continue;
      found.delete(one);
      events.gone(one, t);
    }
    for (let depth = 1; depth < DEEPEST; depth++) {
      for (const { pid: id, ppid, command } of listed.values()) {
        if (ppid === undefined || !events.running.has(ppid) || events.running.has(id)) continue;
        found.add(id);
        events.met(id, ppid, command ? [command] : [], t);
      }
    }
    const readings: ProcessReading[] = [];
    for (const id of events.running) {
      const one = listed.get(id);
      // Another process may bear the number in another machine's or container's list.
      const isOurs = one && (one.ppid === undefined || one.ppid === this.pid || found.has(id));
      if (isOurs) readings.push({ pid: id, rss: one.rss });
    }
    if (readings.length) events.read(t, readings);
  }
}
