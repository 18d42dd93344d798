/** Contents of the editor's panel: made by hand, and made of snapshots of a real process. */
import { compare } from '../../src/engine/tables.ts';
import type { PanelContent } from '../../src/protocol/panel.ts';
import type { ClassDiffRow } from '../../src/protocol/tables.ts';
import { leakySnapshots } from './leaky-snapshots.ts';
import { leakReport } from './report-data.ts';

type Diff = Extract<PanelContent, { type: 'diff' }>;

/** Two real snapshots, beside the hand-made report. */
export async function realDiff(folder: string): Promise<Diff> {
  const { files } = leakySnapshots(folder);
  return {
    type: 'diff',
    diff: await compare(files[0], files[2]),
    titles: { before: 'Snapshot 2, step 4', after: 'Snapshot 5, step 12' },
    numbers: { before: 2, after: 5 },
    report: leakReport(),
  };
}

/** So many classes that no page holds them all at a time. */
export function manyClasses(count: number): Diff {
  const rows = Array.from({ length: count }, (_, i): ClassDiffRow => {
    const addedCount = (i * 7919) % 1000;
    const removedCount = (i * 104729) % 1000;
    return {
      className: `Class${i}`,
      addedCount,
      removedCount,
      deltaCount: addedCount - removedCount,
      addedSize: addedCount * 64,
      removedSize: removedCount * 64,
      deltaSize: (addedCount - removedCount) * 64,
    };
  });
  const diff = { before: 'a.heapsnapshot', after: 'b.heapsnapshot', rows, sharedIds: 0.93, warnings: [] };
  return { type: 'diff', diff, titles: { before: 'a.heapsnapshot', after: 'b.heapsnapshot' } };
}
