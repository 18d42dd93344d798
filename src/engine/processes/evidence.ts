/** What a recording tells of the program's children and workers, up to the last snapshot that is looked at. */
import type { ProcessFacts, ProcessRow, Site } from '../../protocol/findings.ts';
import type { ReportProcesses } from '../../protocol/processes.ts';
import type { SnapshotEntry } from '../../protocol/recording.ts';
import type { AnalysisSource } from '../input-types.ts';
import { watchedSites } from '../watched-sites.ts';
import { collectProcesses, type Proc, runsAt, sizeAt } from './collect.ts';
import { commandText } from './command.ts';
import { familiesOf, type GroupGrowth, groupGrowth, groupProcesses, momentsOf, trendOf } from './growth.ts';
import { Owners } from './left.ts';
import { processNotes } from './notes.ts';

export interface ProcessEvidence {
  facts: ProcessFacts;
  report: ReportProcesses;
  growing: (GroupGrowth & { trend: 'leak' | 'unsettled'; rows: ProcessRow[] })[];
  all: Proc[];
}

const MOST_ROWS = 100;
const MOST_LANES = 100;
const MOST_GROUPS = 50;
const MOST_POINTS = 300;
/** Different ways to start something whose lines are looked up. */
const MOST_STACKS = 100;
/** Of how many of a group its finding tells. */
const MOST_NAMED = 20;

/**
 * Undefined where the program had neither children nor workers.
 * @param snapshots from the baseline on @param xs progress at each @param steps when each ended
 */
export async function processEvidence(
  source: Pick<AnalysisSource, 'events' | 'scripts' | 'recordingDir' | 'recording'>,
  snapshots: readonly SnapshotEntry[],
  xs: readonly number[],
  steps: readonly number[],
): Promise<ProcessEvidence | undefined> {
  const processes = collectProcesses(source.events);
  const { all, targetEnded } = processes;
  if (!all.length) return undefined;
  const { cwd } = source.recording;
  const sites = await startSites(all, source);
  const siteOf = (one: Proc): Site | undefined => sites.get(one);
  const families = familiesOf(all);
  const lastEvent = source.events[source.events.length - 1].t;
  const end = Math.min(targetEnded ?? lastEvent, lastEvent);
  const seen = withoutClosing(snapshots, all);
  const to = seen.length ? seen[seen.length - 1].t : end;
  const owners = new Owners(processes, steps, snapshots[0]?.t ?? 0, to);
  const left = new Set<Proc>();
  for (const [root, family] of families) {
    const running = family.filter((one) => runsAt(one, to));
    if (running.length && owners.isLeft(root, running)) for (const one of running) left.add(one);
  }
  const outlived = new Set(
    targetEnded === undefined ? [] : all.filter((one) => one.role === 'child' && one.ended === undefined),
  );
  const rowOf = (one: Proc): ProcessRow => {
    const { role, pid, thread, ppid, argv, rpc } = one;
    const { origin } = owners.ownerOf(one);
    const step = steps.findIndex((t) => t >= one.started);
    const site = siteOf(one);
    const bytes = sizeAt(one, Number.POSITIVE_INFINITY);
    return {
      role,
      pid,
      ...(thread === undefined ? {} : { thread }),
      ...(ppid === undefined ? {} : { ppid }),
      command: role === 'worker' ? workerName(one) : commandText(argv, cwd),
      state: outlived.has(one) ? 'outlived' : left.has(one) ? 'left' : 'running',
      ...(rpc ? { rpc } : {}),
      started: Math.round(one.started),
      ...(steps.length ? { step: step < 0 ? steps.length : step } : {}),
      ...(origin ? { origin } : {}),
      ...(site ? { site } : {}),
      ...(bytes ? { bytes } : {}),
    };
  };
  const rank = { left: 0, outlived: 1, running: 2 };
  const running = all
    .filter((one) => runsAt(one, to) || outlived.has(one))
    .map((one) => ({ one, row: rowOf(one) }))
    .sort((a, b) => rank[a.row.state] - rank[b.row.state] || a.row.started - b.row.started);
  const rows = running.map(({ row }) => row);
  const groups = groupProcesses(all, siteOf, left, cwd);
  const moments = seen.length > 1 ? momentsOf(seen, xs, steps) : [];
  const growing = groups.flatMap((group) => {
    if (moments.length < 2) return [];
    const growth = groupGrowth(group, seen, moments, families);
    const trend = trendOf(growth);
    if (trend === 'stable') return [];
    const named = running.filter(({ one }) => group.left.has(one)).slice(0, MOST_NAMED);
    return [{ ...growth, trend, rows: named.map(({ row }) => row) }];
  });
  return {
    facts: {
      notes: processNotes(rows, cwd),
      rows: rows.slice(0, MOST_ROWS),
      ...(rows.length > MOST_ROWS ? { more: rows.length - MOST_ROWS } : {}),
    },
    report: {
      lanes: lanesOf(all, end, rowOf, to),
      groups: groups
        .map(({ role, command, site, members, left: unused }) => {
          const alive = members.filter((one) => runsAt(one, to));
          return {
            role,
            command,
            ...(members.some(({ rpc }) => rpc) ? { rpc: true as const } : {}),
            ...(site ? { site } : {}),
            started: members.length,
            running: alive.length,
            left: unused.size,
            bytes: alive.reduce((sum, one) => sum + sizeAt(one, to), 0),
          };
        })
        .sort((a, b) => b.left - a.left || b.running - a.running || b.started - a.started)
        .slice(0, MOST_GROUPS),
    },
    growing,
    all,
  };
}

/** A program that comes to its end closes what it has open: such a last snapshot would hide what was left till then. */
function withoutClosing(snapshots: readonly SnapshotEntry[], all: readonly Proc[]): readonly SnapshotEntry[] {
  const [before, last] = snapshots.slice(-2);
  if (snapshots.length < 3 || last.reason !== 'end') return snapshots;
  const count = ({ t }: SnapshotEntry): number => all.filter((one) => runsAt(one, t)).length;
  return count(last) < 0.5 * count(before) ? snapshots.slice(0, -1) : snapshots;
}

async function startSites(
  all: readonly Proc[],
  { scripts, recordingDir = '' }: Pick<AnalysisSource, 'scripts' | 'recordingDir'>,
): Promise<Map<Proc, Site>> {
  const byStack = new Map<string, Site | undefined>();
  const sites = new Map<Proc, Site>();
  for (const one of all) {
    if (!one.frames.length) continue;
    const key = JSON.stringify(one.frames);
    if (!byStack.has(key) && byStack.size < MOST_STACKS) {
      const [top] = await watchedSites([{ inserts: 1, frames: one.frames }], scripts, recordingDir);
      const site = top?.user ?? top?.site;
      byStack.set(key, site && { ...site, evidence: 'seen as it was started' });
    }
    const site = byStack.get(key);
    if (site) sites.set(one, site);
  }
  // What a child starts goes back to the line that started the child.
  for (const one of all) {
    const above = one.parent && sites.get(one.parent);
    if (above && !sites.has(one)) sites.set(one, above);
  }
  return sites;
}

function lanesOf(
  all: readonly Proc[],
  end: number,
  rowOf: (one: Proc) => ProcessRow,
  to: number,
): ReportProcesses['lanes'] {
  const time = ({ started, ended = end }: Proc): number => ended - started;
  const longest = [...all].sort((a, b) => time(b) - time(a)).slice(0, MOST_LANES);
  return longest
    .sort((a, b) => a.started - b.started)
    .map((one) => {
      const { role, pid, thread, command, rpc, state, started } = rowOf(one);
      const ended = one.ended === undefined ? undefined : Math.round(one.ended);
      const stride = Math.ceil(one.points.length / MOST_POINTS);
      const points = one.points
        .filter((_, i) => i % stride === 0 || i === one.points.length - 1)
        .map(([t, bytes]): [number, number] => [Math.round(t), bytes]);
      return {
        role,
        pid,
        ...(thread === undefined ? {} : { thread }),
        command,
        ...(rpc ? { rpc } : {}),
        state: state === 'outlived' || runsAt(one, to) ? state : 'ended',
        started,
        ...(ended === undefined ? {} : { ended }),
        ...(one.exitCode === undefined ? {} : { exitCode: one.exitCode }),
        ...(one.signal === undefined ? {} : { signal: one.signal }),
        points,
      };
    });
}

function workerName({ thread, argv }: Proc): string {
  // What Node calls all that have no name.
  const [name] = argv[0] === 'WorkerThread' ? [] : argv;
  return name ? `worker ${thread} (${name})` : `worker ${thread}`;
}
