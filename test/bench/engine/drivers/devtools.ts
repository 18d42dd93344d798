/** DevTools' own engine, as its front end uses it: devtools.ts OPERATION RESULT FILE..., its bundle in ANCHOR. */
import { pathToFileURL } from 'node:url';
import type { ClassRow } from './outcome.ts';
import { now, type Operation, tell } from './outcome.ts';

interface Aggregate {
  name: string;
  count: number;
  self: number;
  maxRet: number;
}
interface Diff {
  name: string;
  addedCount: number;
  addedSize: number;
  removedCount: number;
  removedSize: number;
}
interface Snapshot {
  nodeCount: number;
  totalSize: number;
  retainedSizes: Float64Array;
  containmentEdges: { length: number };
  interfaceDefinitions(): string;
  aggregatesWithFilter(filter: object): Record<string, Aggregate>;
  aggregatesForDiff(definitions: string): object;
  calculateSnapshotDiff(id: number, aggregates: object): Record<string, Diff>;
}
interface Engine {
  /** `parsed` is called when the file is read, before anything is made of it. */
  openSnapshot(path: string, parsed?: () => void): Promise<Snapshot>;
  withPlainNames(): void;
}

const [operation, resultFile, ...files] = process.argv.slice(2) as [Operation, string, ...string[]];
const engine = (await import(pathToFileURL(process.env.ANCHOR!).href)) as Engine;
// A seventh of its time under Node goes into assertions that hold; in a browser they cost next to nothing.
console.assert = () => {};
console.warn = () => {};
if (process.env.PLAIN_NAMES) engine.withPlainNames();

if (operation === 'summary') {
  let graph: number | undefined;
  const snapshot = await engine.openSnapshot(files[0], () => {
    graph = now();
  });
  const retained = now();
  const aggregates = Object.values(snapshot.aggregatesWithFilter({}));
  const done = now();
  tell(resultFile, { graph, retained, done }, () => ({
    nodes: snapshot.nodeCount,
    edges: snapshot.containmentEdges.length / 3,
    totalSize: aggregates.reduce((sum, { self }) => sum + self, 0),
    classes: byName(aggregates),
  }));
} else {
  // As its comparison view does: both open, classes named as in the later one.
  const before = await engine.openSnapshot(files[0]);
  const after = await engine.openSnapshot(files[1]);
  const aggregates = before.aggregatesForDiff(after.interfaceDefinitions());
  const rows = Object.values(after.calculateSnapshotDiff(1, aggregates));
  const done = now();
  tell(resultFile, { done }, () => ({
    nodes: after.nodeCount,
    edges: after.containmentEdges.length / 3,
    totalSize: null,
    diff: rows.map((row) => [row.name, row.addedCount, row.addedSize, row.removedCount, row.removedSize]),
  }));
}

/** DevTools tells classes of one name apart by their places. */
function byName(aggregates: Aggregate[]): ClassRow[] {
  const rows = new Map<string, ClassRow>();
  for (const { name, count, self, maxRet } of aggregates) {
    const row = rows.get(name) ?? [name, 0, 0, 0];
    row[1] += count;
    row[2] += self;
    row[3]! += maxRet;
    rows.set(name, row);
  }
  return [...rows.values()];
}
