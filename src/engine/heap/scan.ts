/** Looks through all nodes of a heap for those that a query asks for. */
import type { AnalysedHeap } from '../../analysis/heap.ts';
import { kindsOf } from '../../analysis/kinds.ts';
import { HeaplineError } from '../../base/errors.ts';
import type { HeapGraph } from '../../heap/graph.ts';
import type { NodeQuery, NodeSort, Sort } from '../../protocol/heap-rows.ts';
import type { HeapColumns } from './columns.ts';
import { sortedBy } from './sort.ts';

/** Behind all real distances. */
const NO_DISTANCE = 2 ** 31;

type Test = (node: number) => boolean;

/** The nodes that meet all conditions, ascending. Only the columns that the query needs are looked at. */
export function findNodes(columns: HeapColumns, query: NodeQuery): Uint32Array {
  const tests = testsOf(columns, query);
  const { nodeCount } = columns.graph;
  const found = new Uint32Array(nodeCount);
  let count = 0;
  for (let node = 0; node < nodeCount; node++) {
    let meets = true;
    for (let i = 0; meets && i < tests.length; i++) meets = tests[i](node);
    if (meets) found[count++] = node;
  }
  return found.slice(0, count);
}

export function sortNodes(columns: HeapColumns, nodes: Uint32Array, sort: Sort<NodeSort>): Uint32Array {
  return sortedBy(nodes, nodeKey(columns, sort.by), descends(sort));
}

/** What nodes are sorted by, as a whole number from 0. */
export function nodeKey(columns: HeapColumns, by: NodeSort): (node: number) => number {
  if (by === 'nodeId') {
    const { nodeIds } = columns.graph;
    return (node) => nodeIds[node];
  }
  const { retainedSizes, shallowSizes, distances } = columns.heap();
  if (by === 'retainedSize') return (node) => retainedSizes[node];
  if (by === 'selfSize') return (node) => shallowSizes[node];
  return (node) => (distances[node] < 0 ? NO_DISTANCE : distances[node]);
}

export function descends({ by, ascending }: Sort<string>): boolean {
  return ascending === undefined ? by !== 'distance' && by !== 'nodeId' : !ascending;
}

/** What nodes retain together: one that another of them dominates adds nothing. */
export function retainedTogether(
  { dominators, order, retainedSizes, graph }: AnalysedHeap,
  nodes: Uint32Array,
): number {
  if (nodes.length === graph.nodeCount) return retainedSizes[order[0]];
  const MEMBER = 1;
  const BELOW = 2;
  const marks = new Uint8Array(graph.nodeCount);
  for (const node of nodes) marks[node] = MEMBER;
  let sum = 0;
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    const above = i > 0 && marks[dominators[node]] !== 0;
    if (above) marks[node] = BELOW;
    else if (marks[node] === MEMBER) sum += retainedSizes[node];
  }
  return sum;
}

/** Cheap conditions first. */
function testsOf(columns: HeapColumns, query: NodeQuery): Test[] {
  const { graph } = columns;
  const tests: Test[] = [];
  if (query.type !== undefined) {
    const { nodeTypes } = graph;
    const type = graph.nodeTypeNames.indexOf(query.type);
    tests.push((node) => nodeTypes[node] === type);
  }
  if (query.className !== undefined || query.classPattern !== undefined) {
    tests.push(classTest(columns, query));
  }
  const within = (values: { [node: number]: number }, least?: number, most?: number): void => {
    if (least !== undefined) tests.push((node) => values[node] >= least);
    if (most !== undefined) tests.push((node) => values[node] <= most);
  };
  const asked = (...values: (number | undefined)[]): boolean => values.some((value) => value !== undefined);
  if (asked(query.minSelfSize, query.maxSelfSize))
    within(columns.heap().shallowSizes, query.minSelfSize, query.maxSelfSize);
  if (asked(query.minRetainedSize, query.maxRetainedSize))
    within(columns.heap().retainedSizes, query.minRetainedSize, query.maxRetainedSize);
  if (asked(query.minDistance, query.maxDistance))
    within(columns.heap().distances, query.minDistance ?? 0, query.maxDistance);
  if (query.detached !== undefined) {
    const { detached } = query;
    const isDetached = detachedTest(columns);
    tests.push((node) => isDetached(node) === detached);
  }
  if (query.namePattern !== undefined) tests.push(nameTest(graph, query.namePattern));
  for (const property of query.properties ?? []) tests.push(propertyTest(graph, property));
  if (query.heldBy !== undefined) tests.push(heldTest(columns, query.heldBy));
  return tests;
}

function classTest(columns: HeapColumns, { className: exact, classPattern }: NodeQuery): Test {
  const { names, ofNode } = columns.classes();
  const regex = classPattern === undefined ? undefined : pattern(classPattern);
  const wanted = Uint8Array.from(names, (name) =>
    (exact === undefined || name === exact) && (!regex || regex.test(name)) ? 1 : 0,
  );
  return (node) => wanted[ofNode[node]] === 1;
}

function nameTest({ nodeNames, strings }: HeapGraph, text: string): Test {
  const regex = pattern(text);
  /** By string: 1 matches, 2 does not. */
  const known = new Uint8Array(strings.count);
  return (node) => {
    const name = nodeNames[node];
    if (known[name] === 0) known[name] = regex.test(strings.get(name)) ? 1 : 2;
    return known[name] === 1;
  };
}

function propertyTest(graph: HeapGraph, property: string): Test {
  const { firstEdges, edgeTypes, edgeNames } = graph;
  const { propertyEdge } = kindsOf(graph);
  const name = graph.strings.indexOf(property);
  return (node) => {
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (edgeNames[edge] === name && edgeTypes[edge] === propertyEdge) return true;
    }
    return false;
  };
}

/** By the class's name, which is handed on from detached native nodes to what they hold. */
export function detachedTest(columns: HeapColumns): Test {
  const { nodeDetachedness } = columns.graph;
  if (!nodeDetachedness) return () => false;
  const { names, ofNode } = columns.classes();
  const isDetached = Uint8Array.from(names, (name) => (name.startsWith('Detached ') ? 1 : 0));
  return (node) => nodeDetachedness[node] === 2 || isDetached[ofNode[node]] === 1;
}

function heldTest(columns: HeapColumns, holder: string): Test {
  const { dominators, order, graph } = columns.heap();
  const isHolder = holderTest(columns, holder);
  const held = new Uint8Array(graph.nodeCount);
  for (let i = 1; i < order.length; i++) {
    const above = dominators[order[i]];
    if (held[above] === 1 || isHolder(above)) held[order[i]] = 1;
  }
  return (node) => held[node] === 1;
}

function holderTest(columns: HeapColumns, holder: string): Test {
  const { graph } = columns;
  const id = /^@(\d+)$/.exec(holder)?.[1];
  if (id !== undefined) {
    const wanted = Number(id);
    return (node) => graph.nodeIds[node] === wanted;
  }
  const { names, ofNode } = columns.classes();
  // `Object` means all plain objects, whatever their shape.
  const wanted = Uint8Array.from(names, (name) =>
    name === holder || (holder === 'Object' && name.startsWith('{')) ? 1 : 0,
  );
  return (node) => wanted[ofNode[node]] === 1;
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new HeaplineError('usage', `/${text}/ is no regular expression.`, { cause: error });
  }
}
