/** memlab's engine: memlab.ts OPERATION RESULT FILE..., its package's folder in ANCHOR. */
import { createRequire } from 'node:module';
import { type ClassRow, type DiffRow, now, type Operation, tell } from './outcome.ts';

interface Node {
  id: number;
  nodeIndex: number;
  type: string;
  name: string;
  self_size: number;
  retainedSize: number;
  dominatorNode: Node | null;
}
interface Snapshot {
  nodes: { length: number; forEach(visit: (node: Node) => void): void };
  edges: { length: number };
  hasObjectWithId?(id: number): boolean;
  getNodeById(id: number): Node | null;
}
interface Memlab {
  config: { muteConsole: boolean; isContinuousTest: boolean };
  utils: { getSnapshotFromFile(file: string, options: { buildNodeIdIndex: boolean }): Promise<Snapshot> };
  analysis: { preparePathFinder(snapshot: Snapshot): object };
}

const [operation, resultFile, ...files] = process.argv.slice(2) as [Operation, string, ...string[]];
const { config, utils, analysis } = createRequire(`${process.env.ANCHOR}/`)('@memlab/core') as Memlab;
config.muteConsole = true;
config.isContinuousTest = true;
const open = (file: string, buildNodeIdIndex: boolean): Promise<Snapshot> =>
  utils.getSnapshotFromFile(file, { buildNodeIdIndex });

if (operation === 'summary') {
  const snapshot = await open(files[0], false);
  const graph = now();
  analysis.preparePathFinder(snapshot);
  const retained = now();
  const { rows, total } = classes(snapshot);
  const done = now();
  tell(resultFile, { graph, retained, done }, () => ({
    nodes: snapshot.nodes.length,
    edges: snapshot.edges.length,
    totalSize: total,
    classes: rows,
  }));
} else {
  const before = await open(files[0], true);
  const after = await open(files[1], true);
  const rows = new Map<string, DiffRow>();
  const rowOf = (node: Node): DiffRow => {
    const name = className(node);
    let row = rows.get(name);
    if (!row) {
      row = [name, 0, 0, 0, 0];
      rows.set(name, row);
    }
    return row;
  };
  gained(after, before, (node) => {
    const row = rowOf(node);
    row[1]++;
    row[2] += node.self_size;
  });
  gained(before, after, (node) => {
    const row = rowOf(node);
    row[3]++;
    row[4] += node.self_size;
  });
  const done = now();
  tell(resultFile, { done }, () => ({
    nodes: after.nodes.length,
    edges: after.edges.length,
    totalSize: null,
    diff: [...rows.values()],
  }));
}

/** Nodes whose ids the other snapshot has not. */
function gained(snapshot: Snapshot, other: Snapshot, found: (node: Node) => void): void {
  snapshot.nodes.forEach((node) => {
    if (!other.getNodeById(node.id)) found(node);
  });
}

/** By DevTools' names; the retained size of a class counts what none of the same class dominates. */
function classes(snapshot: Snapshot): { rows: ClassRow[]; total: number } {
  const count = snapshot.nodes.length;
  const rows = new Map<string, { row: ClassRow; index: number }>();
  const classOf = new Uint32Array(count);
  const dominators = new Uint32Array(count);
  const retained = new Float64Array(count);
  let total = 0;
  snapshot.nodes.forEach((node) => {
    const name = className(node);
    let known = rows.get(name);
    if (!known) {
      known = { row: [name, 0, 0, 0], index: rows.size };
      rows.set(name, known);
    }
    known.row[1]++;
    known.row[2] += node.self_size;
    total += node.self_size;
    classOf[node.nodeIndex] = known.index;
    dominators[node.nodeIndex] = node.dominatorNode?.nodeIndex ?? node.nodeIndex;
    retained[node.nodeIndex] = node.retainedSize;
  });
  const byIndex = [...rows.values()].map(({ row }) => row);
  forEachTopmost(dominators, classOf, byIndex.length, (node) => {
    byIndex[classOf[node]][3]! += retained[node];
  });
  return { rows: byIndex, total };
}

/** Walks the dominator tree; calls for nodes with none of their class above them. */
function forEachTopmost(
  dominators: Uint32Array,
  classOf: Uint32Array,
  classCount: number,
  call: (node: number) => void,
): void {
  const count = dominators.length;
  const first = new Int32Array(count).fill(-1);
  const next = new Int32Array(count).fill(-1);
  for (let node = count - 1; node >= 0; node--) {
    if (dominators[node] === node) continue;
    next[node] = first[dominators[node]];
    first[dominators[node]] = node;
  }
  const above = new Uint32Array(classCount);
  const path: number[] = [];
  for (let root = 0; root < count; root++) {
    if (dominators[root] !== root) continue;
    let node = root;
    for (;;) {
      if (above[classOf[node]]++ === 0) call(node);
      if (first[node] >= 0) {
        path.push(node);
        node = first[node];
        continue;
      }
      above[classOf[node]]--;
      while (node !== root && next[node] < 0) {
        node = path.pop()!;
        above[classOf[node]]--;
      }
      if (node === root) break;
      node = next[node];
    }
  }
}

function className({ type, name }: Node): string {
  if (type === 'object' || type === 'native') return name;
  if (type === 'hidden') return '(system)';
  if (type === 'code') return '(compiled code)';
  if (type === 'closure') return 'Function';
  return type === 'regexp' ? 'RegExp' : `(${type})`;
}
