import type { HeapGraph } from '../../heap/graph.ts';

/**
 * Those of `nodes` whose id another snapshot of the process has not, or has for something of another type; with
 * `wanted` false the others. V8 hands ids of dead objects on: of what is new, some may be taken for old.
 */
export function missingIn(
  other: HeapGraph,
  { nodeIds, nodeTypes, nodeTypeNames }: HeapGraph,
  nodes: Uint32Array,
  wanted: boolean,
): Uint32Array {
  const order = nodes.slice().sort((a, b) => nodeIds[a] - nodeIds[b]);
  const sorted = order.map((node) => nodeIds[node]);
  const types = Int32Array.from(other.nodeTypeNames, (name) => nodeTypeNames.indexOf(name));
  const known = new Uint8Array(order.length);
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  for (let node = 0; node < other.nodeCount; node++) {
    const id = other.nodeIds[node];
    if (!(id >= least && id <= most)) continue;
    let low = 0;
    let high = sorted.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle] < id) low = middle + 1;
      else high = middle;
    }
    if (sorted[low] === id && types[other.nodeTypes[node]] === nodeTypes[order[low]]) known[low] = 1;
  }
  return order.filter((_, i) => (known[i] === 0) === wanted).sort();
}
