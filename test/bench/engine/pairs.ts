/** Pairs of snapshots to measure with, made once and kept in the cache folder. */
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../../src/build/cache.ts';
import { seededRandom } from '../../support/random.ts';
import { leakedCount, type Moment, makeAgentHeap } from './agent-heap.ts';
import { type Layout, writeSnapshot } from './snapshot-writer.ts';

/** To be raised with each change of what is written: older files are then made anew. */
const VERSION = 4;
const SEED = 20260;

export type SizeName = 'S' | 'M' | 'L';
/** Nodes of `before`; `after` has 8 % more. Files of about 30 MB, 300 MB, 1.3 GB. */
const NODES: Record<SizeName, number> = { S: 380_000, M: 3_800_000, L: 15_000_000 };

/** Of a file; a little more than there are. */
const BYTES_A_NODE = 100;

export interface Pair {
  before: string;
  after: string;
  /** Of `after`, in bytes. */
  bytes: number;
}

/**
 * The pair's files, made now where they are not there yet.
 * @param say is told what takes long
 * @throws Error where the disk has no room for them
 */
export async function pairOf(size: SizeName, layout: Layout, say: (text: string) => void): Promise<Pair> {
  const folder = generatedFolder();
  const file = (moment: Moment): string =>
    join(folder, `v${VERSION}-${size}-${layout}-${moment}.heapsnapshot`);
  for (const moment of ['before', 'after'] as const) {
    if (existsSync(file(moment))) continue;
    needRoom(folder, NODES[size] * BYTES_A_NODE);
    say(`Writing ${file(moment)}`);
    await writePart(NODES[size], moment, layout, file(moment));
  }
  return { before: file('before'), after: file('after'), bytes: statSync(file('after')).size };
}

function needRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize > bytes) return;
  throw new Error(`${folder} has no room for ${(bytes / 1e9).toFixed(1)} GB more.`);
}

/** Writes one of a pair of about so many nodes: the same bytes whenever it is called. */
export async function writePart(
  nodes: number,
  moment: Moment,
  layout: Layout,
  path: string,
  seed = SEED,
): Promise<{ leaked: number }> {
  const { heap, leaked } = makeAgentHeap(nodes, moment, seed);
  await writeSnapshot(heap, path, layout, seededRandom(seed + (moment === 'before' ? 1 : 2)));
  return { leaked };
}

/** Objects by which the known leak grows in that pair. */
export function expectedLeak(size: SizeName): number {
  return leakedCount(NODES[size], 'after') - leakedCount(NODES[size], 'before');
}

/** Takes away what an interrupted run has begun to write or to install. */
export function removeUnfinished(): void {
  const folder = generatedFolder();
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.part') || name.startsWith('install-')) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Where the files are; what an older version wrote is removed. */
export function generatedFolder(): string {
  const folder = join(cacheFolder(), 'bench-engine');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (/^v\d+-/.test(name) && !name.startsWith(`v${VERSION}-`)) rmSync(join(folder, name), { force: true });
  }
  return folder;
}
