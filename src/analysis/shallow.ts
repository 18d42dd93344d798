import type { HeapGraph } from '../heap/graph.ts';
import { hasUserRoots, kindsOf, ROOT } from './kinds.ts';

const UNOWNED = 0xffffffff;
const SHARED = 0xfffffffe;

/**
 * Shallow sizes as DevTools shows them: a backing store (a node of type `array` or `hidden`, or the data of an
 * external string) that one object alone leads to has size 0, and that object has its bytes. Files without user
 * roots (made with internals exposed) keep the sizes as written; then this is the graph's own column.
 */
export function computeShallowSizes(graph: HeapGraph): Uint32Array | Float64Array {
  const kinds = kindsOf(graph);
  const { nodeCount, nodeTypes, firstEdges, edgeTypes, edgeTargets, nodeSelfSizes } = graph;
  if (nodeCount === 0 || !hasUserRoots(graph, kinds)) return nodeSelfSizes;

  const externalData = graph.strings.indexOf('system / ExternalStringData');
  const owners = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node];
    const isStore =
      type === kinds.hidden ||
      type === kinds.array ||
      (type === kinds.native && graph.nodeNames[node] === externalData);
    owners[node] = isStore ? UNOWNED : node;
  }

  // A store enters the list at most twice: when it gets an owner and when it turns out to be shared.
  const list: number[] = [];
  const visit = (node: number): void => {
    const owner = owners[node];
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (edgeTypes[edge] === kinds.weakEdge) continue;
      const target = edgeTargets[edge];
      const before = owners[target];
      if (before === target || before === owner || before === SHARED) continue;
      owners[target] = before === UNOWNED ? owner : SHARED;
      list.push(target);
    }
  };
  for (let node = 0; node < nodeCount; node++) {
    if (owners[node] !== node) continue;
    visit(node);
    while (list.length > 0) visit(list.pop()!);
  }

  let total = 0;
  for (let node = 0; node < nodeCount; node++) total += nodeSelfSizes[node];
  const sizes = total < 2 ** 32 ? Uint32Array.from(nodeSelfSizes) : Float64Array.from(nodeSelfSizes);
  for (let node = 0; node < nodeCount; node++) {
    const owner = owners[node];
    if (owner === node || owner === UNOWNED || owner === SHARED) continue;
    if (owner === ROOT || nodeTypes[owner] === kinds.synthetic) continue;
    sizes[owner] += sizes[node];
    sizes[node] = 0;
  }
  return sizes;
}
