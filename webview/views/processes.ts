/** Child processes and workers over time, and where memory grew. */

import { select } from 'd3';
import { formatBytes, formatDuration } from '../../src/base/units.ts';
import type { MemoryParts, ProcessRow } from '../../src/protocol/findings.ts';
import { partsNotes } from '../../src/protocol/process-words.ts';
import type { ProcessLane, ReportProcesses } from '../../src/protocol/processes.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import type { Host } from '../host.ts';
import { LANES, layoutLanes } from '../layout/lanes.ts';
import { extent } from '../layout/timeline.ts';
import { t } from '../text.ts';
import { siteLink } from './code.ts';
import { asTable, type Child, h, onWidth, prose, scroll, section, shown, table } from './dom.ts';

const STATES: Record<ProcessLane['state'], string> = {
  left: 'runs unused',
  outlived: 'runs without the program',
  running: 'runs',
  ended: 'ended',
};
/** In pixels of a label. */
const CHARACTER = 6.6;

export function processesView(data: ReportData, host: Host): HTMLElement | undefined {
  const { processes, memoryParts } = data.findings;
  const notes = [...(processes?.notes ?? []), ...(memoryParts ? partsNotes(memoryParts) : [])];
  const { lanes = [], groups = [] } = data.processes ?? {};
  if (!notes.length && !lanes.length) return undefined;
  return section(
    'processes',
    processes ? 'Processes and memory' : 'Where memory grew',
    h('ul', { class: 'reasons' }, ...notes.map((note) => h('li', {}, prose(note)))),
    lanes.length > 0 && lanesView(lanes, data),
    lanes.length > 0 && asTable(() => lanesTable(lanes, processes?.rows ?? [], host)),
    groups.length > 0 && groupsTable(groups, host),
    memoryParts && asTable(() => partsTable(memoryParts), t('Where memory grew')),
  );
}

function lanesView(lanes: readonly ProcessLane[], data: ReportData): HTMLElement {
  const end = Math.max(extent(data.timeline)[1], data.recording.durationMs);
  const frame = h('div', { class: 'chart lanes' });
  const svg = select(frame)
    .append('svg')
    .attr('role', 'img')
    .attr('aria-label', t('Processes over time: {0}', lanes.map(laneText).join('; ')));
  onWidth(frame, (width) => {
    const layout = layoutLanes(lanes, end, Math.max(320, width));
    svg.attr('width', Math.max(320, width)).attr('height', layout.height);
    svg.selectAll('*').remove();
    for (const { lane, x, y, width: long, size } of layout.lanes) {
      const group = svg.append('g').attr('class', `lane ${lane.state}`);
      group.append('title').text(shown(laneText(lane)));
      group
        .append('text')
        .attr('x', 0)
        .attr('y', y + LANES.bar - 4)
        .text(shown(nameOf(lane), Math.floor((LANES.left - 10) / CHARACTER)));
      group.append('rect').attr('x', x).attr('y', y).attr('width', long).attr('height', LANES.bar);
      if (size) group.append('path').attr('d', size);
    }
    for (const { x, t: time } of layout.ticks)
      svg
        .append('text')
        .attr('class', 'tick')
        .attr('x', x)
        .attr('y', layout.height - 6)
        .attr('text-anchor', 'middle')
        .text(formatDuration(time));
  });
  return scroll(frame);
}

function nameOf({ role, pid, command }: ProcessLane): string {
  return role === 'worker' ? command : `${pid} ${command}`;
}

function laneText(lane: ProcessLane): string {
  const size = lane.points.at(-1)?.[1];
  return [
    nameOf(lane),
    t(STATES[lane.state]),
    `${formatDuration(lane.started)} – ${lane.ended === undefined ? '' : formatDuration(lane.ended)}`,
    size && formatBytes(size),
  ]
    .filter(Boolean)
    .join(', ');
}

function lanesTable(lanes: readonly ProcessLane[], rows: readonly ProcessRow[], host: Host): HTMLElement {
  return table(
    'Child processes and workers',
    ['Command', 'Process', 'State', 'Started', 'Ended', 'Started by', 'Size', 'Largest'],
    lanes.map((lane): Child[] => {
      const row = rows.find(
        ({ pid, thread, started }) => pid === lane.pid && thread === lane.thread && started === lane.started,
      );
      const sizes = lane.points.map(([, bytes]) => bytes);
      const { origin } = row ?? {};
      return [
        siteLink(row?.site, host, h('code', {}, lane.command)),
        lane.pid,
        t(STATES[lane.state]),
        formatDuration(lane.started),
        lane.ended === undefined ? '' : formatDuration(lane.ended),
        origin ? [t(origin.kind), origin.name].filter(Boolean).join(' ') : '',
        sizes.length ? formatBytes(sizes[sizes.length - 1]) : '',
        sizes.length ? formatBytes(Math.max(...sizes)) : '',
      ];
    }),
  );
}

function groupsTable(groups: ReportProcesses['groups'], host: Host): HTMLElement {
  return table(
    'By the line that starts them',
    ['Command', 'Started', 'Run', 'Unused', 'Size'],
    groups.map(({ command, site, started, running, left, bytes }): Child[] => [
      siteLink(site, host, h('code', {}, command)),
      started,
      running,
      left,
      formatBytes(bytes),
    ]),
  );
}

function partsTable({ heap, buffers, external, native, children }: MemoryParts): HTMLElement {
  const rows: [string, number][] = [
    ['Heap', heap],
    ['Buffers', buffers],
    ['Other external memory', external],
    ['Native remainder', native],
    ['Child processes', children],
  ];
  return table(
    'Where memory grew',
    ['Memory', 'Change'],
    rows.map(([name, bytes]) => [t(name), `${bytes > 0 ? '+' : ''}${formatBytes(bytes)}`]),
  );
}
