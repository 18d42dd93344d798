/** Who holds what nobody holds alone: the old containers from which new objects are reached through other new ones. */
import { foldStore, type Gains } from './growth-owners.ts';
import type { DominatedHeap } from './heap.ts';
import { typeRole } from './type-roles.ts';

/** Parts whose holders are looked for, and how many objects away. */
const SAMPLE = 128;
const DEPTH = 6;

/** Old objects by the number of `parts` that they lead to over new objects alone, and of how many parts that is. */
export function oldHolders(
  heap: DominatedHeap,
  gains: Gains,
  parts: readonly number[],
): { votes: Map<number, number>; of: number } {
  const { graph } = heap;
  const weak = graph.edgeTypeNames.indexOf('weak');
  const isCounted = graph.nodeTypeNames.map((type) => /object|store/.test(typeRole(type)));
  const every = Math.max(1, Math.floor(parts.length / SAMPLE));
  const sample = parts.filter((_, i) => i % every === 0).slice(0, SAMPLE);
  const reached = new Map(sample.map((part, i) => [part, new Set([i])]));
  const voters = new Map<number, Set<number>>();
  let frontier = new Map(reached);
  for (let depth = 0; depth < DEPTH && frontier.size; depth++) {
    const next = new Map<number, Set<number>>();
    for (let source = 1; source < graph.nodeCount; source++) {
      if (!isCounted[graph.nodeTypes[source]]) continue;
      for (let edge = graph.firstEdges[source]; edge < graph.firstEdges[source + 1]; edge++) {
        const led = frontier.get(graph.edgeTargets[edge]);
        if (!led || graph.edgeTypes[edge] === weak) continue;
        const holder = foldStore(heap, source);
        const isOld = gains.old[holder] === 1;
        const into = isOld ? voters : reached;
        const known = into.get(holder) ?? new Set();
        into.set(holder, known);
        for (const part of led) {
          if (known.has(part)) continue;
          known.add(part);
          if (isOld) continue;
          const more = next.get(holder) ?? new Set();
          next.set(holder, more.add(part));
        }
      }
    }
    frontier = next;
  }
  return { votes: new Map([...voters].map(([node, set]) => [node, set.size])), of: sample.length };
}
