/** When entries were last used, and who may let them go: as far as a snapshot tells. */
import type { EntryReader } from '../../analysis/entries.ts';
import { edgeName } from '../../analysis/labels.ts';
import type { HeapGraph } from '../../heap/graph.ts';
import type { FoundPool } from './pools.ts';
import { isTimeField } from './words.ts';

/** Share of the entries that must tell it. */
const ENOUGH = 0.8;
/** Fields that are looked at. */
const MOST_FIELDS = 64;
/** Scopes around a timer's function. */
const SCOPES = 4;

/**
 * The times of last use that entries hold themselves, in milliseconds since 1970, by the entry's id: texts as
 * `2026-11-20T19:00:00Z`, numbers only in snapshots that were taken with their values. Undefined where most tell none.
 */
export function timesOf(
  graph: HeapGraph,
  reader: EntryReader,
  { entries }: FoundPool,
): Map<string, number> | undefined {
  const times = new Map<string, number>();
  for (const [id, { nodes }] of entries) {
    const found = nodes.map((node) => lastTime(graph, reader, node)).filter((time) => time !== undefined);
    if (found.length) times.set(id, Math.max(...found));
  }
  return times.size && times.size >= ENOUGH * entries.size ? times : undefined;
}

function lastTime(graph: HeapGraph, reader: EntryReader, node: number): number | undefined {
  let last: number | undefined;
  const end = Math.min(graph.firstEdges[node + 1], graph.firstEdges[node] + MOST_FIELDS);
  for (let edge = graph.firstEdges[node]; edge < end; edge++) {
    if (graph.edgeTypeNames[graph.edgeTypes[edge]] !== 'property') continue;
    if (!isTimeField(edgeName(graph, edge))) continue;
    const time = timeIn(graph, reader, graph.edgeTargets[edge]);
    if (time !== undefined) last = Math.max(last ?? 0, time);
  }
  return last;
}

function timeIn(graph: HeapGraph, reader: EntryReader, node: number): number | undefined {
  const text = reader.textOf(node);
  if (text !== undefined) return /^\d{4}-\d\d-\d\dT/.test(text) ? plausible(Date.parse(text)) : undefined;
  if (graph.nodeTypeNames[graph.nodeTypes[node]] !== 'number') return undefined;
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
    const value =
      edgeName(graph, edge) === 'value' ? Number(reader.textOf(graph.edgeTargets[edge])) : Number.NaN;
    if (value > 1e12) return plausible(value);
    if (value > 1e9) return plausible(value * 1000);
  }
  return undefined;
}

function plausible(time: number): number | undefined {
  return time > 1e12 && time < 1e13 ? time : undefined;
}

/** The pools that a timer's function can reach: its own variables, or fields of what they hold. */
export function reachedByTimers(graph: HeapGraph, pools: readonly FoundPool[]): Set<FoundPool> {
  const targets = new Map(pools.flatMap((pool) => pool.nodes.map((node) => [node, pool] as const)));
  const found = new Set<FoundPool>();
  const timer = graph.strings.indexOf('Timeout');
  if (timer < 0 || !targets.size) return found;
  const note = (node: number): void => {
    const pool = targets.get(node);
    if (pool) found.add(pool);
  };
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeNames[node] !== timer) continue;
    for (const callback of followed(graph, node, '_onTimeout')) {
      let scopes = followed(graph, callback, 'context');
      for (const bound of followed(graph, callback, 'bound_function'))
        scopes.push(...followed(graph, bound, 'context'));
      for (const self of followed(graph, callback, 'bound_this')) eachHeld(graph, self, note);
      for (let level = 0; level < SCOPES && scopes.length; level++) {
        for (const scope of scopes) {
          eachHeld(graph, scope, (held) => {
            note(held);
            eachHeld(graph, held, note);
          });
        }
        scopes = scopes.flatMap((scope) => followed(graph, scope, 'previous'));
      }
    }
  }
  return found;
}

function followed(graph: HeapGraph, node: number, name: string): number[] {
  const found: number[] = [];
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++)
    if (edgeName(graph, edge) === name) found.push(graph.edgeTargets[edge]);
  return found;
}

/** Fields and variables, of an object with few. */
function eachHeld(graph: HeapGraph, node: number, visit: (node: number) => void): void {
  const end = Math.min(graph.firstEdges[node + 1], graph.firstEdges[node] + MOST_FIELDS);
  for (let edge = graph.firstEdges[node]; edge < end; edge++) {
    const type = graph.edgeTypeNames[graph.edgeTypes[edge]];
    if (type === 'property' || type === 'context') visit(graph.edgeTargets[edge]);
  }
}
