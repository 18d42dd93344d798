import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { analyseHeap } from '../../../src/analysis/heap.ts';
import { loadSnapshot } from '../../../src/engine/load.ts';
import {
  bipartiteCase,
  chainCase,
  longStringsCase,
  type ShapeCase,
  starCase,
} from '../../bench/engine/shapes.ts';
import { writeSnapshot } from '../../bench/engine/snapshot-writer.ts';
import { loadWithDevtools } from '../../support/devtools.ts';
import { seededRandom } from '../../support/random.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-shapes-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function written(shape: ShapeCase): Promise<string> {
  const file = join(folder, 'shape.heapsnapshot');
  await writeSnapshot(shape.make(), file, 24, seededRandom(1));
  return file;
}

for (const shape of [chainCase(20_000), starCase(20_000), bipartiteCase(200), longStringsCase(20, 100_000)]) {
  test(`${shape.name}: sound, and retained as DevTools has it`, async () => {
    const file = await written(shape);
    const heap = analyseHeap(await loadSnapshot(file));
    assert.deepEqual(heap.graph.problems, []);
    assert.deepEqual([...heap.retainedSizes], [...(await loadWithDevtools(file)).retainedSizes]);
  });
}

test('a chain is as deep as it is long', async () => {
  const { distances } = analyseHeap(await loadSnapshot(await written(chainCase(20_000))));
  assert.ok(Math.max(...distances.filter((distance) => distance < 1e8)) >= 20_000);
});

test('of a bipartite graph, no one on the left retains one on the right', async () => {
  const { graph, retainedSizes } = analyseHeap(await loadSnapshot(await written(bipartiteCase(200))));
  assert.ok(graph.edgeCount > 200 * 200);
  const links = Array.from(graph.nodeNames.keys()).filter(
    (node) => graph.strings.get(graph.nodeNames[node]) === 'Link',
  );
  assert.equal(links.filter((node) => retainedSizes[node] > 32).length, 1);
});

test('long strings are whole', async () => {
  const { strings } = await loadSnapshot(await written(longStringsCase(20, 100_000)));
  const lengths = Array.from({ length: strings.count }, (_, i) => strings.get(i).length);
  assert.equal(lengths.filter((length) => length === 100_000).length, 20);
});
