/** What memory there is for one more piece of work. */
import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';

/** Where a control group's limit and use are told: version 2, version 1, each at the root that a container sees. */
const GROUPS = [
  { use: 'memory.current', statistics: 'memory.stat', reclaimable: 'inactive_file', under: '/sys/fs/cgroup' },
  {
    use: 'memory.usage_in_bytes',
    statistics: 'memory.stat',
    reclaimable: 'total_inactive_file',
    under: '/sys/fs/cgroup/memory',
  },
] as const;

/**
 * Bytes that can be had without pushing others out: what the system counts as available (not as free, which leaves out
 * its caches of files), and within a container no more than what its limit leaves.
 */
export function availableMemory(): number {
  const limit = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return Math.min(onMachine(), limit < totalmem() ? leftOf(limit) : Number.POSITIVE_INFINITY);
}

function onMachine(): number {
  if (process.platform === 'linux') {
    const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(textOf('/proc/meminfo'))?.[1];
    if (kilobytes) return Number(kilobytes) * 1024;
  }
  // macOS keeps next to nothing free, and gives up caches and compresses as soon as somebody asks.
  return process.platform === 'darwin' ? Math.max(freemem(), totalmem() / 2) : freemem();
}

/** Of a container's limit. What it used for files that nobody has read of late can be had again. */
function leftOf(limit: number): number {
  const path = /^0::(\/.*)$/m.exec(textOf('/proc/self/cgroup'))?.[1] ?? '/';
  for (const { use, statistics, reclaimable, under } of GROUPS) {
    for (const folder of new Set([under + (path === '/' ? '' : path), under])) {
      const used = Number(textOf(`${folder}/${use}`) || Number.NaN);
      if (!Number.isFinite(used)) continue;
      const again = new RegExp(`^${reclaimable} (\\d+)$`, 'm').exec(textOf(`${folder}/${statistics}`))?.[1];
      return Math.max(0, limit - used + Number(again ?? 0));
    }
  }
  return Math.max(0, limit - process.memoryUsage.rss());
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
