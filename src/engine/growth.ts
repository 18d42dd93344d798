/** The passes over a recording's snapshots, one graph in memory at a time. */
import { type Baseline, makeBaseline } from '../analysis/growth-baseline.ts';
import { findContainers, gainedGroups, withoutTables } from '../analysis/growth-containers.ts';
import { type LiveTotals, liveTotals } from '../analysis/growth-live.ts';
import { findAccumulations, gainsSince, significance } from '../analysis/growth-owners.ts';
import {
  followed,
  measureBaseline,
  measureOwners,
  type OwnerMeasure,
  replacedContainers,
  type TrackedOwner,
  trackedOwner,
  type Way,
  wayTo,
} from '../analysis/growth-series.ts';
import { bornSince, type IdSample, newestId, sampleIds, survivals } from '../analysis/growth-survival.ts';
import { ENOUGH } from '../analysis/growth-verdict.ts';
import { type DominatedHeap, measureDistances } from '../analysis/heap.ts';
import { RetainingPaths } from '../analysis/paths.ts';
import { buildRetainers } from '../analysis/retainers.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { ClassTrendRow } from '../protocol/report.ts';
import { ClassCounter } from './class-trend.ts';
import { garbageCollector } from './collect.ts';
import { groupKeys } from './group-keys.ts';
import { dominateByTwo } from './heap-by-two.ts';
import { IdleFunctions } from './idle-functions.ts';
import type { AnalysisSource } from './input-types.ts';
import { type LargeCache, largeCaches } from './large-caches.ts';
import { loadSnapshot } from './load.ts';
import { type OwnerFacts, ownerFacts, wayOf } from './owner-facts.ts';
import type { SecondCore } from './second-core.ts';
import type { SessionPasses } from './sessions/passes.ts';

export interface OwnerGrowth {
  facts: OwnerFacts;
  /** Found at a root or a group of roots: nobody in particular. `stack`: what functions under way hold. */
  root?: 'root' | 'stack';
  /** The series is of the container itself, not of what holds it among others. */
  measuredItself: boolean;
  /** One per snapshot from the baseline on. */
  series: OwnerMeasure[];
  /** What it held when the program had come to its end, where that was looked at apart. */
  atEnd?: OwnerMeasure;
  /** In the first snapshot after the series, by which the program had let go of much: what it held, and what of that was new. */
  afterwards?: OwnerMeasure & { born: number };
  /** 0 to 1: which share of what it had gained midway is still alive at the end, where that can be told. */
  survival?: number;
  /** The same of what it held at each snapshot from midway on, but the last: by the snapshot's place from the baseline. */
  survivals?: readonly (number | undefined)[];
}

export interface HeapTotals {
  objects: number;
  bytes: number;
}

export interface HeapGrowth {
  /** Index of the baseline among the files. */
  baseline: number;
  /** Largest gain first. */
  owners: OwnerGrowth[];
  /** The program's live objects and bytes in the whole heap, one per snapshot from the baseline on. */
  totals: HeapTotals[];
  /** Scripts loaded, one number per snapshot from the baseline on. */
  scripts: number[];
  /** Functions that were not called. */
  idle: IdleFunctions;
  /** Columns from the baseline on. */
  classes: ClassTrendRow[];
  /** At the last snapshot, with as many entries as were asked for. */
  caches?: LargeCache[];
}

/** Owners looked at: those that gained most. */
const MAX_OWNERS = 24;
/** How far on it is asked what survives: so much of the way. */
const MIDWAY = 0.4;
/** Snapshots that a verdict wants after warm-up. */
const WANTED = ENOUGH;

/** Files of one process, oldest first, at least two; in `endFile` and `releasedFile` owners are measured, too. */
export type GrowthSource = Pick<AnalysisSource, 'files' | 'endFile' | 'releasedFile'> & {
  /** Caches with so many entries are told. */
  cacheEntries?: number;
};

/** What is known of the owners, to measure them in snapshots after the last. */
interface End {
  tracked: readonly TrackedOwner[];
  ways: readonly (Way | undefined)[];
  newestId: number;
}

interface First {
  index: number;
  baseline?: Baseline;
  newestId: number;
  totals: HeapTotals & { scripts: number };
}

interface Measured extends HeapTotals {
  scripts: number;
  owners: OwnerMeasure[];
  survivals?: (number | undefined)[];
}

/**
 * Finds who gained what between the snapshots.
 * @param sessions looks at each snapshot, too
 * @throws HeaplineError of loadSnapshot, `cancelled`
 */
export async function measureGrowth(
  source: GrowthSource,
  task?: Task,
  core?: SecondCore,
  sessions?: SessionPasses,
  look?: (last: HeapGraph) => void,
): Promise<HeapGrowth> {
  return new GrowthPasses(source, task, core, sessions, look).run();
}

class GrowthPasses {
  private readonly files: readonly string[];
  private readonly endFile?: string;
  private readonly releasedFile?: string;
  private readonly cacheEntries?: number;
  private readonly classes: ClassCounter;
  private readonly idle = new IdleFunctions();
  private readonly last: number;
  private loads = 0;
  private readonly collect = garbageCollector();

  constructor(
    { files, endFile, releasedFile, cacheEntries }: GrowthSource,
    private readonly task?: Task,
    private readonly core?: SecondCore,
    private readonly sessions?: SessionPasses,
    /** Sees the last graph. */
    private readonly look?: (last: HeapGraph) => void,
  ) {
    this.files = files;
    this.endFile = endFile;
    this.releasedFile = releasedFile;
    this.cacheEntries = cacheEntries;
    this.classes = new ClassCounter(files.length);
    this.last = files.length - 1;
  }

  async run(): Promise<HeapGrowth> {
    const first = await this.baseline();
    const end = await this.end(first);
    const points: Measured[] = [await this.atBaseline(first, end)];
    const midway = first.index + Math.max(1, Math.floor(MIDWAY * (this.last - first.index)));
    for (let i = first.index + 1; i < this.last; i++) {
      points.push(await this.between(i, end, i >= midway ? first.newestId : undefined));
    }
    points.push(end.atEnd);
    const { atEnd, afterwards } = await this.ending(end);
    const atMidway = points.find((point) => point.survivals)?.survivals;
    return {
      baseline: first.index,
      owners: mergeLike(
        end.facts.map((facts, k) => ({
          facts,
          root: end.roots[k],
          series: points.map((point) => point.owners[k]),
          atEnd: atEnd?.[k],
          afterwards: afterwards?.[k],
          survival: atMidway?.[k],
          survivals: points.map((point) => point.survivals?.[k]),
          measuredItself: end.tracked[k].way !== undefined || end.tracked[k].anchorId === facts.nodeId,
        })),
      ),
      totals: points.map(({ objects, bytes }) => ({ objects, bytes })),
      scripts: points.map(({ scripts }) => scripts),
      idle: this.idle,
      classes: this.classes.rows(first.index),
      caches: end.caches,
    };
  }

  /** The first snapshot after warm-up: nearly all scripts are loaded, and enough snapshots are left. */
  private async baseline(): Promise<First> {
    const latest = this.last - WANTED + 1;
    const scripts = latest > 0 ? countScripts(await this.load(this.last)) : 0;
    for (let index = 0; ; index++) {
      const first = await this.baselineAt(index, index < latest ? 0.97 * scripts : 0);
      if (first) return first;
    }
  }

  /** Undefined where fewer scripts are loaded than there must be. */
  private async baselineAt(index: number, scripts: number): Promise<First | undefined> {
    const graph = await this.load(index);
    const loaded = countScripts(graph);
    if (scripts > 0 && loaded < scripts) return undefined;
    const heap = await this.dominate(graph, () => this.classes.count(index, graph));
    const live = liveTotals(heap);
    const totals = { ...totalsOf(live), scripts: loaded };
    return { index, baseline: makeBaseline(heap, live), newestId: newestId(heap), totals };
  }

  /** The digest of the baseline does not know the ways that were found since: then it is read once more. */
  private async atBaseline(
    { index }: First,
    { tracked, atBaseline }: { tracked: readonly TrackedOwner[]; atBaseline: Measured },
  ): Promise<Measured> {
    const again = tracked.some(({ way }) => way);
    if (!again && !this.sessions?.asks) return atBaseline;
    const heap = await this.dominate(await this.load(index));
    this.sessions?.at(heap, index);
    if (!again) return atBaseline;
    return { ...atBaseline, owners: measureOwners(heap, liveTotals(heap), tracked) };
  }

  /** Who gained, from the last snapshot. Gives the baseline's memory back as soon as it can. */
  private async end(first: First) {
    const graph = await this.load(this.last);
    this.look?.(graph);
    const heap = await this.dominate(graph, () => {
      this.classes.count(this.last, graph);
      this.idle.note(graph, true);
    });
    const located = this.locate(heap, first.baseline!, first.totals);
    const { found, containers, gained, replaced, old, ...measured } = located;
    first.baseline = undefined;
    this.collect(); // the baseline, gains and totals
    const distances = measureDistances(graph, { signal: this.task?.signal });
    const retainers = buildRetainers(graph);
    const held = { heap, retainers, paths: new RetainingPaths({ ...heap, distances }, retainers) };
    this.sessions?.last(held, this.last);
    for (const [k, { itself, excludedIds }] of replaced) {
      const way = wayTo(heap, old, wayOf(held, containers[k].node));
      if (!way) continue;
      measured.tracked[k] = { ...measured.tracked[k], excludedIds, way };
      measured.atEnd.owners[k] = itself;
    }
    const synthetic = graph.nodeTypeNames.indexOf('synthetic');
    return {
      ...measured,
      caches: this.cacheEntries === undefined ? [] : largeCaches(held, this.cacheEntries),
      ways: containers.map(({ node }) =>
        this.releasedFile ? wayTo(heap, old, wayOf(held, node)) : undefined,
      ),
      facts: found.map((one, k) => ownerFacts(held, one, containers[k], gained[k])),
      roots: containers.map(({ node }) => {
        if (node !== 0 && graph.nodeTypes[node] !== synthetic) return undefined;
        const name = graph.strings.get(graph.nodeNames[node]);
        return /Stack roots|Handle scope/.test(name) ? 'stack' : ('root' as const);
      }),
    };
  }

  private locate(heap: DominatedHeap, baseline: Baseline, totals: First['totals']) {
    const live = liveTotals(heap);
    const gains = gainsSince(baseline, heap, live);
    const all = findAccumulations(heap, gains, significance(gains)).slice(0, MAX_OWNERS);
    const { found, containers } = withoutTables(heap, all, findContainers(heap, gains, live, all));
    const gained = gainedGroups(heap, gains, live, found, groupKeys(heap.graph));
    const tracked = found.map((one) => trackedOwner(heap, one));
    const atBaseline: Measured = { ...totals, owners: measureBaseline(baseline, tracked) };
    const scripts = countScripts(heap.graph);
    const atEnd: Measured = { ...totalsOf(live), scripts, owners: measureOwners(heap, live, tracked) };
    const replaced = replacedContainers(heap, gains, live, found, containers);
    const sample = sampleIds(heap, live);
    return {
      newestId: newestId(heap),
      found,
      containers,
      gained,
      tracked,
      atBaseline,
      atEnd,
      old: gains.old,
      replaced,
      sample,
    };
  }

  /** @param newestId of the baseline: then it is told what survives from here to the end */
  private async between(
    index: number,
    { tracked, sample }: { tracked: readonly TrackedOwner[]; sample: IdSample },
    newestId?: number,
  ): Promise<Measured> {
    const graph = await this.load(index);
    let scripts = 0;
    const heap = await this.dominate(graph, () => {
      this.classes.count(index, graph);
      this.idle.note(graph, false);
      scripts = countScripts(graph);
    });
    this.sessions?.at(heap, index);
    const live = liveTotals(heap);
    const owners = measureOwners(heap, live, tracked);
    if (newestId === undefined) return { ...totalsOf(live), scripts, owners };
    return {
      ...totalsOf(live),
      scripts,
      owners,
      survivals: survivals(heap, live, tracked, sample, newestId),
    };
  }

  private async ending({ tracked, ways, newestId }: End) {
    const measured: { atEnd?: OwnerMeasure[]; afterwards?: OwnerGrowth['afterwards'][] } = {};
    for (const file of new Set([this.releasedFile, this.endFile])) {
      if (!file) continue;
      const heap = await this.dominate(await this.loadFile(file));
      const live = liveTotals(heap);
      const owners = followed(heap, tracked, ways);
      const held = measureOwners(heap, live, owners);
      if (file === this.endFile) measured.atEnd = held;
      if (file !== this.releasedFile) continue;
      const born = bornSince(heap, live, owners, newestId);
      measured.afterwards = held.map((one, k) => ({ ...one, born: born[k] }));
    }
    return measured;
  }

  private async load(index: number): Promise<HeapGraph> {
    throwIfCancelled(this.task);
    const phase = `Analysing snapshot ${index + 1} of ${this.files.length}`;
    this.task?.report?.({ phase, done: this.loads++, total: this.files.length + 2 });
    return this.loadFile(this.files[index]);
  }

  private loadFile(file: string): Promise<HeapGraph> {
    this.collect(); // the graph before
    return loadSnapshot(file, { signal: this.task?.signal }, this.core);
  }

  /** @param meanwhile what else there is to do with the graph: beside it where there is a second core */
  private async dominate(graph: HeapGraph, meanwhile = () => {}): Promise<DominatedHeap> {
    this.collect();
    const heap = await dominateByTwo(graph, meanwhile, { signal: this.task?.signal }, this.core);
    this.collect();
    return heap;
  }
}

/** Containers held in the same way (the arrays in one Map, say) are one owner; the largest stands for them. */
function mergeLike(owners: OwnerGrowth[]): OwnerGrowth[] {
  const merged = new Map<string, OwnerGrowth>();
  for (const owner of owners) {
    const { kind, containerClass, holder } = owner.facts;
    const key = [kind, containerClass, holder.how, holder.className, holder.name].join('\0');
    const before = merged.get(key);
    if (!before || !holder.name || owner.root !== before.root) {
      merged.set(before ? `${key}\0${merged.size}` : key, owner);
      continue;
    }
    // What several containers share hangs above them, beside much else: where the container is measured itself,
    // that is the truth, without the rest.
    if (owner.facts.nodeId === before.facts.nodeId) {
      if (owner.measuredItself && !before.measuredItself) merged.set(key, owner);
      continue;
    }
    before.series = before.series.map((point, i) => ({
      objects: point.objects + owner.series[i].objects,
      bytes: point.bytes + owner.series[i].bytes,
    }));
    if (before.atEnd && owner.atEnd) {
      const { objects, bytes } = owner.atEnd;
      before.atEnd = { objects: before.atEnd.objects + objects, bytes: before.atEnd.bytes + bytes };
    }
    if (before.afterwards && owner.afterwards) {
      const { objects, bytes, born } = owner.afterwards;
      before.afterwards = {
        objects: before.afterwards.objects + objects,
        bytes: before.afterwards.bytes + bytes,
        born: before.afterwards.born + born,
      };
    }
    before.facts.alike++;
  }
  return [...merged.values()];
}

function totalsOf(live: LiveTotals): HeapTotals {
  return { objects: live.counts[0], bytes: live.bytes[0] };
}

/**
 * V8 lists a loaded script as a `code` node named by its URL. One that is loaded again under another query counts once:
 * that is no loading of what was not there.
 */
function countScripts(graph: HeapGraph): number {
  const code = graph.nodeTypeNames.indexOf('code');
  const names = new Set<number>();
  const scripts = new Set<string>();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeTypes[node] !== code) continue;
    const name = graph.nodeNames[node];
    if (names.has(name)) continue;
    names.add(name);
    const url = graph.strings.get(name).replace(/[?#].*$/, '');
    if (/^(file|node):|\.([cm]?[jt]sx?)$/.test(url)) scripts.add(url);
  }
  return scripts.size;
}
