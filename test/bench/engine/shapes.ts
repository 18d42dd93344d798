/** Heaps of awkward shapes, to see that time and memory for a node stay what they are. */
import { seededRandom } from '../../support/random.ts';
import { makeAgentHeap } from './agent-heap.ts';
import { type EdgeType, HeapBuilder } from './heap-builder.ts';
import { Runtime } from './runtime.ts';

export interface ShapeCase {
  name: string;
  /** About how many nodes it has. */
  nodes: number;
  /** About how large its file is, in bytes. */
  fileBytes: number;
  make(): HeapBuilder;
}

const SEED = 5;
const AGENT_BYTES_A_NODE = 80;
const LINK_BYTES = 70;
const LONG = 1 << 20;

/** An agent's heap of so many nodes. */
export function agentCase(nodes: number): ShapeCase {
  return {
    name: `agent, ${nodes.toLocaleString('en')} nodes`,
    nodes,
    fileBytes: nodes * AGENT_BYTES_A_NODE,
    make: () => makeAgentHeap(nodes, 'before', SEED).heap,
  };
}

/** A list, each object the next one's only holder: as deep as it is long. */
export function chainCase(nodes: number): ShapeCase {
  return shape(`chain of ${nodes.toLocaleString('en')}`, nodes, nodes * LINK_BYTES, (heap, objects) => {
    const next = heap.text('next');
    const head = objects.next();
    let last = head;
    for (let i = 1; i < nodes; i++) {
      const node = objects.next();
      heap.open(last);
      heap.edge('property', next, node);
      last = node;
    }
    return head;
  });
}

/** One array with all the others. */
export function starCase(nodes: number): ShapeCase {
  return shape(`star of ${nodes.toLocaleString('en')}`, nodes, nodes * LINK_BYTES, (heap, objects) => {
    const centre = objects.next();
    const first = heap.nodeCount;
    for (let i = 1; i < nodes; i++) objects.next();
    heap.open(centre);
    for (let i = 1; i < nodes; i++) heap.edge('element', i - 1, first + i - 1);
    return centre;
  });
}

/** Each of the ones on the left holds each of those on the right: edges, hardly any nodes. */
export function bipartiteCase(side: number): ShapeCase {
  const edges = side * side;
  return shape(`bipartite, ${side} x ${side}`, 2 * side, edges * 12, (heap, objects) => {
    const centre = objects.next();
    const [left, right] = [heap.nodeCount, heap.nodeCount + side];
    for (let i = 0; i < 2 * side; i++) objects.next();
    heap.open(centre);
    for (let i = 0; i < side; i++) heap.edge('element', i, left + i);
    for (let i = 0; i < side; i++) {
      heap.open(left + i);
      for (let k = 0; k < side; k++) heap.edge('element', k, right + k);
    }
    return centre;
  });
}

/** Strings far longer than V8's files have them. */
export function longStringsCase(count: number, length = LONG): ShapeCase {
  const name = `${count.toLocaleString('en')} strings of ${Math.round(length / 1024)} KiB`;
  return shape(name, 2 * count, count * length, (heap, objects, runtime) => {
    const centre = objects.next();
    const strings = Array.from({ length: count }, (_, i) => runtime.string(heap.filler(i, length), length));
    runtime.link(
      centre,
      strings.map((node, i): [EdgeType, number, number] => ['element', i, node]),
    );
    return centre;
  });
}

interface Objects {
  next(): number;
}

/** @param fill makes the shape and gives the node that the global object shall hold */
function shape(
  name: string,
  nodes: number,
  fileBytes: number,
  fill: (heap: HeapBuilder, objects: Objects, runtime: Runtime) => number,
): ShapeCase {
  return {
    name,
    nodes,
    fileBytes,
    make() {
      const heap = new HeapBuilder(seededRandom(SEED), nodes);
      const runtime = new Runtime(heap);
      heap.block();
      const text = heap.text('Link');
      const objects = { next: () => heap.node('object', text, 32) };
      runtime.addGlobal('shape', fill(heap, objects, runtime));
      runtime.finish();
      return heap;
    },
  };
}
