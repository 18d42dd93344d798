/** Functions and classes within what a container gained. */
import type { GrowingContainer } from '../analysis/growth-containers.ts';
import { edgeName } from '../analysis/labels.ts';
import { typeRole } from '../analysis/type-roles.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { type Place, placeKey, placeOf } from './places.ts';

export interface PartPlace {
  place: Place;
  isFunction: boolean;
  /** References away from the container's entry, 0 the entry itself. */
  depth: number;
  /** Parts that have it. */
  count: number;
}

/** How deep to look into a part: a listener's wrapper, its state, its function. */
const PART_DEPTH = 3;
/** From a signal (before Node 22: an EventTarget) to its listeners' functions: table, event, wrapper lie between. */
const SIGNAL_DEPTH = 6;
const PART_NODES = 60;

/** Places that a twentieth of the new parts have, nearest and commonest first. */
export function partPlaces(graph: HeapGraph, container: GrowingContainer): PartPlace[] {
  const weak = graph.edgeTypeNames.indexOf('weak');
  const closure = graph.nodeTypeNames.indexOf('closure');
  const roles = graph.nodeTypeNames.map(typeRole);
  const parts = new Set(container.parts);
  const found = new Map<string, PartPlace>();
  for (const part of container.parts) {
    const seen = new Set([part]);
    const here = new Set<string>();
    let level = [part];
    const isSignal = /^(AbortSignal|EventTarget)$/.test(graph.strings.get(graph.nodeNames[part]));
    const deepest = isSignal ? SIGNAL_DEPTH : PART_DEPTH;
    for (let depth = 0; depth <= deepest && level.length; depth++) {
      const next: number[] = [];
      for (const node of level) {
        const place = placeOf(graph, node);
        if (place) {
          const key = placeKey(place);
          const entry = found.get(key);
          if (!entry) {
            const isFunction = graph.nodeTypes[node] === closure;
            found.set(key, { place, isFunction, depth, count: 1 });
          } else if (!here.has(key)) {
            entry.count++;
            entry.depth = Math.min(entry.depth, depth);
          }
          here.add(key);
        }
        for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
          const target = graph.edgeTargets[edge];
          // Not up to the container, nor over to its other parts, nor to classes by __proto__.
          if (seen.size >= PART_NODES || seen.has(target) || parts.has(target)) continue;
          if (target === container.node || graph.edgeTypes[edge] === weak) continue;
          const role = roles[graph.nodeTypes[target]];
          if (role === 'engine' || role === 'root' || edgeName(graph, edge) === '__proto__') continue;
          seen.add(target);
          next.push(target);
        }
      }
      level = next;
    }
  }
  const least = Math.max(1, container.parts.length * 0.05);
  return [...found.values()]
    .filter((entry) => entry.count >= least)
    .sort((a, b) => a.depth - b.depth || b.count - a.count)
    .slice(0, 24);
}
