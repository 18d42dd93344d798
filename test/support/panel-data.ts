/** Contents of the editor's panel: made by hand, and made of snapshots of a real process. */
import { compare } from '../../src/engine/tables.ts';
import type { Site } from '../../src/protocol/findings.ts';
import type { PanelContent } from '../../src/protocol/panel.ts';
import type { FlameFrame } from '../../src/protocol/pictures.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import type { ClassDiffRow, ProfileRow } from '../../src/protocol/tables.ts';
import { embedJson } from '../../src/report/html.ts';
import { leakySnapshots } from './leaky-snapshots.ts';
import { HOSTILE, hostileReport, leakReport } from './report-data.ts';

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

export function profileContent(): Extract<PanelContent, { type: 'profile' }> {
  const site = (name: string, line: number): Site => ({
    url: `file:///home/ada/agent/src/${name}`,
    path: `/home/ada/agent/src/${name}`,
    line,
    column: 3,
    evidence: 'allocation',
  });
  const rows = [
    { function: 'AgentMemory.add', selfSize: 8e6, totalSize: 9e6, site: site('memory.ts', 42) },
    { function: '', selfSize: 3e6, totalSize: 3e6, site: site('llm.ts', 7) },
    { function: 'main', selfSize: 1e6, totalSize: 12e6 },
  ];
  const [add, nameless, main] = rows;
  const flame: FlameFrame = {
    function: '',
    size: 12e6,
    selfSize: 0,
    grown: 8e6,
    selfGrown: 0,
    children: [
      {
        ...frame(main, 12e6, 8e6),
        children: [frame(add, 8e6, 7e6), { ...frame(nameless, 3e6, 0), children: [frame(add, 1e6, 1e6)] }],
      },
    ],
  };
  const profile = { file: '1.heapprofile', total: 12e6, rows, flame };
  return { type: 'profile', title: '1.heapprofile', profile };
}

function frame({ totalSize: _, ...row }: ProfileRow, size: number, grown: number): FlameFrame {
  return { ...row, size, grown, selfGrown: grown };
}

function hostileFlame(rows: readonly ProfileRow[]): FlameFrame {
  const all = { function: '', size: 1e6 * rows.length, selfSize: 0, grown: 5e5, selfGrown: 0 };
  return { ...all, children: rows.map((row) => frame(row, 1e6, 5e5)) };
}

/** Every kind of content with names that are markup, control characters, or too long. */
export function hostileContents(): PanelContent[] {
  // Of the length that a report keeps.
  const data = JSON.parse(embedJson(hostileReport())) as ReportData;
  const strings = Object.values(HOSTILE).map((text) => text.slice(0, 4000));
  const diff = manyClasses(strings.length);
  const rows = diff.diff.rows.map((row, i) => ({ ...row, className: strings[i] }));
  const before = strings[0];
  const classes = strings.map((className) => ({
    className,
    count: 1,
    selfSize: 2,
    retainedSize: 3,
    distance: 4,
  }));
  const { profile } = profileContent();
  const functions = strings.map((name) => ({ ...profile.rows[0], function: name }));
  const title = strings.join(' ');
  return [
    { type: 'report', data, final: false },
    {
      ...diff,
      diff: { ...diff.diff, rows, warnings: strings },
      titles: { before, after: title },
      report: data,
    },
    {
      type: 'summary',
      title,
      summary: {
        file: before,
        fileBytes: 1,
        nodeCount: 1,
        edgeCount: 1,
        totalSize: 1,
        classes,
        problems: strings,
      },
    },
    { type: 'profile', title, profile: { ...profile, rows: functions, flame: hostileFlame(functions) } },
    { type: 'loading', title, phase: title },
    { type: 'error', error: { code: 'internal', message: title, kept: title, hint: title } },
  ];
}
