/** What the timeline shows, in words: for its cursor, for who hears it, and as tables. */
import { formatBytes, formatCount, formatDuration } from '../../src/base/units.ts';
import type { SpanKind } from '../../src/protocol/recording.ts';
import type { AgentTimeline, ReportTimeline, SpanBand } from '../../src/protocol/report.ts';
import { doneAt } from '../layout/agent-lanes.ts';
import { floorPoints, nearest } from '../layout/timeline.ts';
import { stepWords } from '../step-words.ts';
import { t } from '../text.ts';
import { asTable, h, shown, table } from './dom.ts';

/** What is done at a time, in the cursor's box: so much of it is named. */
const MOST_DONE = 6;
/** Rows of a table. */
const MOST_ROWS = 50;

/** @param kind what the steps are */
export function heading(timeline: ReportTimeline, at: number, kind: SpanKind | undefined): string {
  const step = timeline.steps.find((end) => end.t >= at)?.step;
  return `${formatDuration(at)}${step === undefined ? '' : `, ${stepWords(kind).numbered(step)}`}`;
}

/** Labels, not translated yet, with their values. */
export function values(timeline: ReportTimeline, at: number): [string, string][] {
  const point = timeline.memory[at];
  const gc = timeline.gc[nearest(timeline.gc, point.t)];
  const near = gc && Math.abs(gc.t - point.t) <= gap(timeline, at);
  return [
    ['Heap used', formatBytes(point.heapUsed)],
    ['Heap total', formatBytes(point.heapTotal)],
    ['External', formatBytes(point.external)],
    ['Array buffers', formatBytes(point.arrayBuffers)],
    ['RSS', formatBytes(point.rss)],
    ...(near ? [[`GC, ${gc.kind}`, `${gc.pauseMs.toFixed(1)} ms`] as [string, string]] : []),
  ];
}

/** What the agent is doing at a time, widest first. */
export function doing(timeline: ReportTimeline, at: number): string[] {
  const now = doneAt(timeline.agent?.bands ?? [], at);
  const more = now.length - MOST_DONE;
  return [...now.slice(0, MOST_DONE).map(bandText), ...(more > 0 ? [t('and {0} more', more)] : [])];
}

/** `model call gpt-4o, 1.2 s`, `12 tool calls search, 3 s, failed: 2` */
export function bandText({ kind, name, count, failed, t: from, end }: SpanBand): string {
  const words = stepWords(kind);
  const what = count === undefined ? words.one() : words.counted(formatCount(count));
  return [
    `${what}${name === undefined ? '' : ` ${shown(name, 60)}`}`,
    formatDuration(end - from),
    ...(failed ? [count === undefined ? t('failed') : t('failed: {0}', failed)] : []),
  ].join(', ');
}

export function sentence(timeline: ReportTimeline, at: number, kind: SpanKind | undefined): string {
  const { t: time } = timeline.memory[at];
  return [
    heading(timeline, time, kind),
    ...values(timeline, at).map(([label, value]) => `${t(label)} ${value}`),
    ...doing(timeline, time),
  ].join(', ');
}

/** What the picture says, in few rows: of the memory, and of what the agent did. */
export function timelineTables(timeline: ReportTimeline, kind: SpanKind | undefined): HTMLElement {
  return asTable(() =>
    h(
      'div',
      {},
      memoryTable(timeline, kind),
      timeline.agent && totalsTable(timeline.agent),
      timeline.agent && longestTable(timeline.agent),
    ),
  );
}

/** Said where bands stand for several. */
export function mergedNote({ bands, totals }: AgentTimeline): HTMLElement | undefined {
  const merged = totals.filter((total) => bands.some((band) => band.kind === total.kind && band.count));
  if (!merged.length) return undefined;
  const counts = merged.map(({ kind, count }) => stepWords(kind).counted(formatCount(count))).join(', ');
  return h(
    'p',
    { class: 'dim note' },
    t('{0}: short ones that follow each other are drawn together.', counts),
  );
}

/** The floor's points, then the snapshots. */
function memoryTable(timeline: ReportTimeline, kind: SpanKind | undefined): HTMLElement {
  const rows = [
    ...floorPoints(timeline).map((point) => ({ time: point.t, event: t('least heap') })),
    ...timeline.snapshots.map((mark) => ({ time: mark.t, event: t('snapshot {0}', mark.index) })),
  ].sort((a, b) => a.time - b.time);
  return table(
    'Memory over time',
    ['Time', 'What', stepWords(kind).one(), 'Heap used', 'External', 'RSS'],
    rows.map(({ time, event }) => {
      const point = timeline.memory[nearest(timeline.memory, time)];
      const step = timeline.steps.find((end) => end.t >= time)?.step ?? '';
      return [
        formatDuration(time),
        event,
        step,
        formatBytes(point.heapUsed),
        formatBytes(point.external),
        formatBytes(point.rss),
      ];
    }),
  );
}

function totalsTable({ totals }: AgentTimeline): HTMLElement {
  return table(
    'What the agent did',
    ['What', 'Number', 'Failed', 'Time in all', 'Longest'],
    totals.map(({ kind, count, failed, ms, longestMs }) => [
      stepWords(kind).one(),
      formatCount(count),
      formatCount(failed),
      formatDuration(ms),
      formatDuration(longestMs),
    ]),
  );
}

function longestTable({ bands }: AgentTimeline): HTMLElement {
  const single = bands.filter(({ count }) => count === undefined);
  const longest = [...single].sort((a, b) => b.end - b.t - (a.end - a.t)).slice(0, MOST_ROWS);
  return table(
    'What took longest',
    ['What', 'Name', 'Time', 'Took'],
    longest.map(({ kind, name, t: from, end }) => [
      stepWords(kind).one(),
      name ?? '',
      formatDuration(from),
      formatDuration(end - from),
    ]),
  );
}

/** Milliseconds between samples around here. */
function gap({ memory }: ReportTimeline, at: number): number {
  return Math.abs((memory[at + 1] ?? memory[at]).t - (memory[at - 1] ?? memory[at]).t) / 2;
}
