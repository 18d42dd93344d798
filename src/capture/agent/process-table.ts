/** What Linux tells of processes in /proc. Read where the program runs: its ids mean what they say there. */
type Files = typeof import('node:fs');

export interface ProcessStat {
  ppid: number;
  /** It has ended, and its parent has not asked how. */
  isDead: boolean;
  cpuMs: number;
  /** Clock ticks from the machine's start to its own: with the id, one process. */
  born: number;
  pages: number;
}

/** The kernel shows times to programs in hundredths of a second, on all machines. */
const TICK_MS = 10;
const MAX_ARGS = 50;
const MAX_ARG = 2000;

/** A line of /proc/PID/stat. The name in brackets may hold anything. */
export function parseStat(text: string): ProcessStat | undefined {
  const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [ppid, user, system, born, pages] = [1, 11, 12, 19, 21].map((i) => Number(rest[i]));
  if (![ppid, user, system, born, pages].every(Number.isFinite)) return undefined;
  return { ppid, isDead: /^[ZXx]/.test(rest[0]), cpuMs: TICK_MS * (user + system), born, pages };
}

export class ProcessTable {
  private readonly read: Files['readFileSync'];
  private pageSize?: number;

  constructor({ readFileSync }: Pick<Files, 'readFileSync'>) {
    this.read = readFileSync;
  }

  /** Undefined where there is no such process, or no /proc. */
  stat(pid: number): ProcessStat | undefined {
    const text = this.text(`/proc/${pid}/stat`);
    return text === undefined ? undefined : parseStat(text);
  }

  /** Ids of the children that a process started from its main thread, as most do. */
  children(pid: number): number[] {
    const text = this.text(`/proc/${pid}/task/${pid}/children`) ?? '';
    return text.split(' ').map(Number).filter(Boolean);
  }

  argv(pid: number): string[] {
    const text = this.text(`/proc/${pid}/cmdline`) ?? '';
    const args = text.replace(/\0$/, '').split('\0').slice(0, MAX_ARGS);
    return args.map((arg) => arg.slice(0, MAX_ARG));
  }

  /** Bytes. @param rss of this process, which tells how large a page is */
  bytes(pages: number, rss: () => number): number {
    if (this.pageSize === undefined) {
      const own = this.stat(process.pid)?.pages;
      this.pageSize = own ? 2 ** Math.round(Math.log2(rss() / own)) : 4096;
    }
    return pages * this.pageSize;
  }

  private text(path: string): string | undefined {
    try {
      return this.read(path, 'utf8');
    } catch {
      return undefined;
    }
  }
}
