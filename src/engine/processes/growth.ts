/** Whether ever more children or workers run: by the same statistics as the heap's growth. */
import { ENOUGH, judgeSeries, type TrendVerdict } from '../../analysis/growth-verdict.ts';
import type { Site } from '../../protocol/findings.ts';
import type { SnapshotEntry } from '../../protocol/recording.ts';
import { type Proc, rootOf, runsAt, sizeAt } from './collect.ts';
import { commandKind } from './command.ts';

/** What was started from one line, or with one command where no line is known. */
export interface ProcGroup {
  role: 'child' | 'worker';
  command: string;
  site?: Site;
  /** By when they were started; what they started themselves is not among them. */
  members: Proc[];
  left: Set<Proc>;
}

export interface GroupGrowth {
  group: ProcGroup;
  /** How many ran at each snapshot, and what they took with what they had started. */
  points: { objects: number; bytes: number }[];
  verdict: TrendVerdict;
  gain: { objects: number; bytes: number };
}

/** So many more, at least: a pool fills up to some. */
const LEAST = { objects: 4, bytes: Number.POSITIVE_INFINITY };
/** So many of them are left, at least, and so much of what was gained. */
const LEAST_LEFT = 3;
const LEFT_SHARE = 0.5;

/** @param siteOf the line that started one @param left those of no use to anybody */
export function groupProcesses(
  all: readonly Proc[],
  siteOf: (one: Proc) => Site | undefined,
  left: ReadonlySet<Proc>,
  cwd: string | undefined,
): ProcGroup[] {
  const groups = new Map<string, ProcGroup>();
  for (const one of all) {
    if (one.parent) continue;
    const { role, argv } = one;
    const site = siteOf(one);
    const command = role === 'worker' ? 'worker threads' : commandKind(argv, cwd);
    const place = site ? `${site.path ?? site.url}:${site.line}:${site.column}` : command;
    const key = `${role} ${place}`;
    const group = groups.get(key) ?? { role, command, site, members: [], left: new Set<Proc>() };
    groups.set(key, group);
    group.members.push(one);
    if (left.has(one)) group.left.add(one);
  }
  return [...groups.values()];
}

/** Points that a series is judged by, at most: others lie between. */
const MOST_POINTS = 40;

/** A moment, and the progress by then. */
export interface Moment {
  t: number;
  x: number;
}

/** When to count: unlike the heap, how many run is known at any time, so at each step where there are some. */
export function momentsOf(
  snapshots: readonly SnapshotEntry[],
  xs: readonly number[],
  steps: readonly number[],
): Moment[] {
  const until = snapshots[snapshots.length - 1].t;
  const ends = steps.filter((t) => t <= until).map((t, i) => ({ t, x: i + 1 }));
  const all = ends.length >= ENOUGH ? ends : snapshots.map(({ t }, i) => ({ t, x: xs[i] }));
  const stride = Math.ceil(all.length / MOST_POINTS);
  return all.filter((_, i) => (all.length - 1 - i) % stride === 0);
}

/** @param families what each has started, with itself */
export function groupGrowth(
  group: ProcGroup,
  snapshots: readonly SnapshotEntry[],
  moments: readonly Moment[],
  families: ReadonlyMap<Proc, readonly Proc[]>,
): GroupGrowth {
  const at = (t: number): { objects: number; bytes: number } => {
    const running = group.members.filter((one) => runsAt(one, t));
    const all = running.flatMap((one) => families.get(one) ?? [one]).filter((one) => runsAt(one, t));
    return { objects: running.length, bytes: all.reduce((sum, one) => sum + sizeAt(one, t), 0) };
  };
  const points = snapshots.map(({ t }) => at(t));
  const [first, last] = [points[0], points[points.length - 1]];
  const gain = { objects: last.objects - first.objects, bytes: last.bytes - first.bytes };
  const verdict = judgeSeries(
    moments.map(({ t, x }) => ({ x, ...at(t) })),
    LEAST,
  );
  return { group, points, verdict, gain };
}

/** What grows leaks only where nobody uses what is left: what is in use grows with the work. */
export function trendOf({ group, verdict, gain }: GroupGrowth): TrendVerdict['trend'] {
  const unused = group.left.size;
  if (gain.objects < LEAST_LEFT) return 'stable';
  return unused >= Math.max(LEAST_LEFT, LEFT_SHARE * gain.objects) ? verdict.trend : 'stable';
}

/** Of each of the program's own, it and all that came of it. */
export function familiesOf(all: readonly Proc[]): Map<Proc, Proc[]> {
  const families = new Map<Proc, Proc[]>();
  for (const one of all) {
    const root = rootOf(one);
    const family = families.get(root);
    if (family) family.push(one);
    else families.set(root, [one]);
  }
  return families;
}
