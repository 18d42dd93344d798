/** What the system tells of processes where there is no /proc: asked now and then, from beside the program. */
import { execFile } from 'node:child_process';

/** Bytes; `ppid` and `command` where the system tells them. */
export interface ListedProcess {
  pid: number;
  ppid?: number;
  rss: number;
  command?: string;
}

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT = 16 * 2 ** 20;

/** Lists all processes; empty where the system does not answer. Never rejects. */
export function listProcesses(platform: NodeJS.Platform): Promise<ListedProcess[]> {
  const [file, args, parse] =
    platform === 'win32'
      ? ([
          `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\tasklist.exe`,
          ['/FO', 'CSV', '/NH'],
          parseTasklist,
        ] as const)
      : (['/bin/ps', ['-A', '-ww', '-o', 'pid=,ppid=,rss=,args='], parsePs] as const);
  const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT, windowsHide: true };
  return new Promise((resolve) => {
    const child = execFile(file, args, options, (error, stdout) => resolve(error ? [] : parse(stdout)));
    child.unref();
  });
}

/** `  4711  4700  49152 node server.js --port 1`: the resident size is in units of 1,024 bytes. */
export function parsePs(text: string): ListedProcess[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*?)\s*$/.exec(line);
    if (!found) return [];
    const [, pid, ppid, size, command] = found;
    return [{ pid: Number(pid), ppid: Number(ppid), rss: 1024 * Number(size), command }];
  });
}

/** `"node.exe","4711","Console","1","48,404 K"`: how digits are grouped, and the unit, go by the user's language. */
export function parseTasklist(text: string): ListedProcess[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const cells = [...line.matchAll(/"([^"]*)"/g)].map(([, cell]) => cell);
    const pid = Number(cells[1]);
    const digits = cells[4]?.replace(/\D/g, '');
    if (!Number.isInteger(pid) || !digits) return [];
    return [{ pid, rss: 1024 * Number(digits) }];
  });
}
