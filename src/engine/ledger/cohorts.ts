import type { HeapGraph } from '../../heap/graph.ts';
import type { RecordingEvent } from '../../protocol/recording.ts';
import type { SamplingProfile } from '../../recording/reader.ts';

/** What was born between two snapshots. */
export interface Cohort {
  /** Highest ordinal of its samples, and highest id of its objects. */
  ordinal: number;
  newestId: number;
}

/** What of a cohort is alive in a snapshot: the program's own objects. */
export interface CohortTotals {
  bytes: number;
  objects: number;
}

/** All of them; what is younger than the last is one more total. Never empty. */
export interface Cohorts {
  bounds: readonly Cohort[];
  totals: readonly CohortTotals[];
}

/** Live samples in order of birth, as columns. */
export interface LiveSamples {
  ordinals: Float64Array;
  /** Node of the profile: the function that allocated. */
  nodes: Uint32Array;
  /** Bytes that each stands for, and the square of its standard error. */
  bytes: Float64Array;
  variances: Float64Array;
  /** Objects that it stands for; 0 where that is not known. */
  objects: Float64Array;
}

/** Node types that are not the program's: nearly all growth of sound programs is there. */
const ENGINE = new Set(['hidden', 'code', 'object shape', 'synthetic', 'native']);
/** Of fewer samples the sum says too little to be set right. */
const FEW = 3;
/** By how much at most. */
const MOST_CORRECTION = 4;
/** V8 rounds the number of objects that a sample stands for. From so many intervals on it is one, and so exact. */
const SINGLE = 2.2;

/** The cohorts of a recording up to a snapshot, oldest first, as far as their ids are known. Empty after ids were reset. */
function cohortsOf(events: readonly RecordingEvent[], snapshot: number): Cohort[] {
  if (events.some(({ type }) => type === 'id-reset')) return [];
  const ordinals = new Map<number, number>();
  for (const event of events) {
    if (event.type === 'snapshot' && event.index <= snapshot) ordinals.set(event.index, event.ordinal ?? 0);
  }
  const cohorts: Cohort[] = [];
  for (const event of events) {
    if (event.type !== 'totals' || event.newestId === undefined) continue;
    const ordinal = ordinals.get(event.index);
    const before = cohorts[cohorts.length - 1];
    if (ordinal === undefined || (before && event.newestId <= before.newestId)) continue;
    // The newest live sample may have died since.
    cohorts.push({ ordinal: Math.max(ordinal, before?.ordinal ?? 0), newestId: event.newestId });
  }
  return cohorts;
}

/** What of each cohort is alive in a snapshot; undefined where none is known. */
export function cohortsIn(
  graph: HeapGraph,
  events: readonly RecordingEvent[],
  snapshot: number,
): Cohorts | undefined {
  const cohorts = cohortsOf(events, snapshot);
  if (!cohorts.length) return undefined;
  const totals = Array.from({ length: cohorts.length + 1 }, () => ({ bytes: 0, objects: 0 }));
  const bounds = Float64Array.from(cohorts, ({ newestId }) => newestId);
  const isEngine = graph.nodeTypeNames.map((name) => ENGINE.has(name));
  for (let node = 0; node < graph.nodeCount; node++) {
    const id = graph.nodeIds[node];
    // Even ids are of what lies outside V8's heap.
    if (!(id & 1) || isEngine[graph.nodeTypes[node]]) continue;
    const total = totals[firstFrom(bounds, id)];
    total.bytes += graph.nodeSelfSizes[node];
    total.objects++;
  }
  return { bounds: cohorts, totals };
}

/** The live samples of a profile, each cohort's sum set right where it is known: but for the first, of which much was there before. */
export function liveSamples(
  { samples }: Pick<SamplingProfile, 'samples'>,
  interval: number,
  cohorts?: Cohorts,
): LiveSamples {
  const inOrder = [...samples].sort((a, b) => a.ordinal - b.ordinal);
  const live: LiveSamples = {
    ordinals: Float64Array.from(inOrder, ({ ordinal }) => ordinal),
    nodes: Uint32Array.from(inOrder, ({ nodeId }) => nodeId),
    bytes: Float64Array.from(inOrder, ({ size }) => size),
    variances: new Float64Array(inOrder.length),
    objects: new Float64Array(inOrder.length),
  };
  const bounds = Float64Array.from(cohorts?.bounds ?? [], ({ ordinal }) => ordinal);
  const sums = new Float64Array(bounds.length + 1);
  const counts = new Float64Array(bounds.length + 1);
  for (const { ordinal, size } of inOrder) {
    const cohort = firstFrom(bounds, ordinal);
    sums[cohort] += size;
    counts[cohort]++;
  }
  for (const [i, { ordinal, size }] of inOrder.entries()) {
    const cohort = firstFrom(bounds, ordinal);
    const total = cohort > 0 && counts[cohort] >= FEW ? cohorts?.totals[cohort] : undefined;
    const ratio = total ? total.bytes / sums[cohort] : 1;
    const factor = Math.min(MOST_CORRECTION, Math.max(1 / MOST_CORRECTION, ratio));
    live.bytes[i] = factor * size;
    const missed = size > SINGLE * interval ? Math.exp(-size / interval) : 1;
    live.variances[i] = missed * live.bytes[i] ** 2;
    live.objects[i] = total?.bytes ? (live.bytes[i] / total.bytes) * total.objects : 0;
  }
  return live;
}

/** Position of the first bound that is not below a value; their number where there is none. */
function firstFrom(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle] >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
