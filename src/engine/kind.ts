import type { GrowingContainer } from '../analysis/growth-containers.ts';
import { type Accumulation, foldStore } from '../analysis/growth-owners.ts';
import type { DominatedHeap } from '../analysis/heap.ts';
import { edgeName } from '../analysis/labels.ts';
import type { PathStep } from '../analysis/paths.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { FindingKind } from '../protocol/findings.ts';

/** What kind of container grows, by its class, its links and the way `steps` to it. */
export function kindOf(
  heap: DominatedHeap,
  accumulation: Accumulation,
  container: GrowingContainer,
  steps: PathStep[],
): FindingKind {
  const { graph } = heap;
  const name = (node: number) => graph.strings.get(graph.nodeNames[node]);
  const edges = steps.slice(-3).map((step) => edgeName(graph, step.edgeIndex));
  if (accumulation.chain) {
    const link = name(foldStore(heap, accumulation.chain.head));
    if (/Listener/.test(link) || edges.some((edge) => /kEvents/.test(edge))) return 'listeners';
    if (/Promise/.test(link)) return 'promise-chain';
    if (isTimer(link)) return 'timers';
    return 'linked-list';
  }
  // What a timer's function keeps is not the timers.
  const timers = container.parts.filter((part) => isTimer(name(part))).length;
  if (isTimer(name(container.node)) || timers > 0.5 * container.parts.length) return 'timers';
  // Node keeps a signal that was made of others for as long as somebody listens to it.
  if (edges.some((edge) => edge === '_events' || /kEvents|^gcPersistentSignals$/.test(edge)))
    return 'listeners';
  const type = graph.nodeTypeNames[graph.nodeTypes[container.node]];
  if (type.endsWith('string')) return 'string';
  switch (name(container.node)) {
    case 'Map':
    case 'WeakMap':
      return 'map';
    case 'Set':
    case 'WeakSet':
      return 'set';
    case 'Array':
      return 'array';
    case 'system / Context':
      return 'closure';
    case 'system / JSArrayBufferData':
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return 'external-memory';
    case 'Promise':
      return 'promise-chain';
  }
  if (type === 'closure') return 'closure';
  if (hasTable(graph, container.node)) return 'map';
  return container.share >= 0.5 && name(container.node) === 'Object' ? 'dictionary' : 'object';
}

function isTimer(className: string): boolean {
  return /^(Timeout|TimersList|ImmediateList|Immediate)$/.test(className);
}

/** A subclass of Map or Set. */
function hasTable(graph: HeapGraph, node: number): boolean {
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
    if (graph.edgeTypeNames[graph.edgeTypes[edge]] === 'internal' && edgeName(graph, edge) === 'table')
      return true;
  }
  return false;
}
