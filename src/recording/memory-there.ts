/** What memory and disk there is for one more piece of work, ours or another process's. */
import { readFileSync, statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';

/** Where control groups tell limit and use: version 2, version 1. */
const GROUPS = [
  {
    under: '/sys/fs/cgroup',
    path: /^0::(\/.*)$/m,
    limit: 'memory.max',
    use: 'memory.current',
    reclaimable: /^inactive_file (\d+)$/m,
  },
  {
    under: '/sys/fs/cgroup/memory',
    path: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m,
    limit: 'memory.limit_in_bytes',
    use: 'memory.usage_in_bytes',
    reclaimable: /^total_inactive_file (\d+)$/m,
  },
] as const;

/** Reads a small file; empty where there is none. */
export type ReadText = (file: string) => string;

/**
 * Bytes that a process can have without pushing others out: what the system counts as available (not as free, which
 * leaves out its caches of files), and no more than what the limits of its container, and its own, leave.
 * @param pid ours unless told: a process of this machine
 */
export function availableMemory(pid: number | 'self' = 'self', read: ReadText = textOf): number {
  return Math.min(onMachine(read), leftOfGroups(pid, read), leftOfAddresses(pid, read));
}

/** Bytes that may still be written beside a file or into a folder; undefined where that is not told. */
export function freeDisk(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function onMachine(read: ReadText): number {
  if (process.platform === 'linux') {
    const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(read('/proc/meminfo'))?.[1];
    if (kilobytes) return Number(kilobytes) * 1024;
  }
  // macOS keeps next to nothing free, and gives up caches and compresses as soon as somebody asks.
  return process.platform === 'darwin' ? Math.max(freemem(), totalmem() / 2) : freemem();
}

/**
 * Of the limits of all control groups around a process. What they used for files that nobody has read of late can be
 * had again. A container sees its own group as the root.
 */
function leftOfGroups(pid: number | 'self', read: ReadText): number {
  const groups = read(`/proc/${pid}/cgroup`);
  let left = Number.POSITIVE_INFINITY;
  for (const { under, path, limit, use, reclaimable } of GROUPS) {
    const own = path.exec(groups)?.[1] ?? '/';
    for (let at = own; ; at = dirname(at)) {
      const folder = under + (at === '/' ? '' : at);
      const most = amountOf(read(`${folder}/${limit}`));
      const used = amountOf(read(`${folder}/${use}`));
      if (most !== undefined && used !== undefined) {
        const again = Number(reclaimable.exec(read(`${folder}/memory.stat`))?.[1] ?? 0);
        left = Math.min(left, Math.max(0, most - used + again));
      }
      if (at === '/') break;
    }
  }
  return left;
}

/** Of `ulimit -v`. */
function leftOfAddresses(pid: number | 'self', read: ReadText): number {
  const most = amountOf(/^Max address space\s+(\d+)/m.exec(read(`/proc/${pid}/limits`))?.[1] ?? '');
  const used = amountOf(/^VmSize:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? '');
  if (most === undefined || used === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(0, most - used * 1024);
}

/** Undefined for `max`, and for what is not there. */
function amountOf(text: string): number | undefined {
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
