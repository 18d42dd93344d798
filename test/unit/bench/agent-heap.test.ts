import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { aggregateByClass } from '../../../src/analysis/aggregates.ts';
import { classify } from '../../../src/analysis/classes.ts';
import { analyseHeap } from '../../../src/analysis/heap.ts';
import { loadSnapshot } from '../../../src/engine/load.ts';
import { compare } from '../../../src/engine/tables.ts';
import { leakedCount } from '../../bench/engine/agent-heap.ts';
import { LEAK } from '../../bench/engine/agent-parts.ts';
import { writePart } from '../../bench/engine/pairs.ts';
import { loadWithDevtools } from '../../support/devtools.ts';
import { readGraph } from '../../support/graphs.ts';

const NODES = 40_000;
let folder: string;
let files: { before: string; after: string; old: string };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-generated-'));
  files = {
    before: join(folder, 'before.heapsnapshot'),
    after: join(folder, 'after.heapsnapshot'),
    old: join(folder, 'old.heapsnapshot'),
  };
  await writePart(NODES, 'before', 24, files.before);
  await writePart(NODES, 'after', 24, files.after);
  await writePart(NODES, 'after', 20, files.old);
});
after(() => rm(folder, { recursive: true, force: true }));

test('a generated snapshot is sound, for us and for a plain reader of JSON, in both layouts', async () => {
  for (const file of Object.values(files)) {
    const graph = await loadSnapshot(file);
    const plain = readGraph(file);
    assert.deepEqual(graph.problems, []);
    assert.ok(graph.nodeCount > 0.8 * NODES && graph.nodeCount < 1.5 * NODES, `${graph.nodeCount} nodes`);
    assert.deepEqual(graph.nodeIds, plain.nodeIds);
    assert.deepEqual(graph.edgeTargets, plain.edgeTargets);
    assert.equal(new Set(graph.nodeIds).size, graph.nodeCount, 'each id once');
    for (let i = 0; i < graph.strings.count; i += 97)
      assert.equal(graph.strings.get(i), plain.strings.get(i));
    assert.ok(graph.locations.count > graph.nodeCount / 50);
  }
});

test('both layouts hold the same heap', async () => {
  const [now, old] = [await loadSnapshot(files.after), await loadSnapshot(files.old)];
  assert.deepEqual(now.nodeIds, old.nodeIds);
  assert.deepEqual(now.edgeTargets, old.edgeTargets);
  const text = await readFile(files.old, 'latin1');
  assert.match(text, /"nodes":\[9,1,1,0,\d+,0,0\n,9,/);
});

test("DevTools' engine finds the same classes, distances and retained sizes", async () => {
  for (const file of [files.before, files.after]) {
    const theirs = await loadWithDevtools(file);
    const graph = await loadSnapshot(file);
    const ours = analyseHeap(graph);
    assert.deepEqual([...ours.retainedSizes], [...theirs.retainedSizes]);
    assert.deepEqual([...ours.shallowSizes], theirs.shallowSizes);
    for (const row of aggregateByClass(ours, classify(graph))) {
      const same = theirs.aggregates[row.className];
      assert.deepEqual(
        [row.count, row.shallowSize, row.retainedSize],
        [same.count, same.self, same.maxRet],
        row.className,
      );
    }
  }
});

test('the same seed writes the same bytes, another seed others', async () => {
  const again = join(folder, 'again.heapsnapshot');
  await writePart(NODES, 'after', 24, again);
  assert.ok((await readFile(again)).equals(await readFile(files.after)));
  await writePart(NODES, 'after', 24, again, 7);
  assert.ok(!(await readFile(again)).equals(await readFile(files.after)));
});

test('a pair is of one process: objects stay, some die, some ids are taken over, and the leak grows as told', async () => {
  const diff = await compare(files.before, files.after);
  const leak = diff.rows.find(({ className }) => className === LEAK);
  assert.equal(leak?.deltaCount, leakedCount(NODES, 'after') - leakedCount(NODES, 'before'));
  assert.equal(leak?.removedCount, 0);
  assert.deepEqual(diff.warnings, []);
  assert.ok(diff.sharedIds > 0.85 && diff.sharedIds < 0.99, `${diff.sharedIds} of the ids shared`);
  const [first, second] = [await loadSnapshot(files.before), await loadSnapshot(files.after)];
  const kinds = new Map(Array.from(first.nodeIds, (id, i) => [id, kindOf(first, i)]));
  const changed = Array.from(second.nodeIds).filter(
    (id, i) => kinds.has(id) && kinds.get(id) !== kindOf(second, i),
  );
  assert.ok(changed.length > 100, `${changed.length} ids were taken over by something else`);
});

function kindOf(
  { nodeTypes, nodeNames, strings }: Awaited<ReturnType<typeof loadSnapshot>>,
  node: number,
): string {
  return `${nodeTypes[node]} ${strings.get(nodeNames[node])}`;
}
