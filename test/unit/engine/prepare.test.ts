/** A snapshot that was followed is analysed from the graph that there is, and kept as if it had been asked for. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { engineHandlers } from '../../../src/engine/handlers.ts';
import { ColumnCache } from '../../../src/engine/heap/column-cache.ts';
import { OpenHeaps } from '../../../src/engine/heap/open-heaps.ts';
import { summarise } from '../../support/fresh.ts';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';

let folder: string;
let files: string[];
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-prepare-'));
  files = leakySnapshots(folder).files;
});
after(() => rmSync(folder, { recursive: true, force: true }));

const kept = (name: string): OpenHeaps =>
  new OpenHeaps({ maxBytes: 1e9, cache: new ColumnCache({ folder: join(folder, name), leastBytes: 0 }) });

async function prepared(name: string, follow: boolean): Promise<unknown[]> {
  const heaps = kept(name);
  const file = join(folder, `${name}.heapsnapshot`);
  const phases: string[] = [];
  const task = { report: ({ phase }: { phase: string }) => phases.push(phase) };
  const engine = engineHandlers(heaps);
  if (follow) {
    const part = `${file}.part`;
    writeFileSync(part, readFileSync(files[0]));
    const followed = engine.follow({ file: part }, {});
    renameSync(part, file);
    await engine.whole({ file: part, as: file }, {});
    await followed;
  } else writeFileSync(file, readFileSync(files[0]));
  assert.equal(await engine.prepare({ file }, task), true);
  assert.equal(phases.includes('reading'), !follow);
  await engine.settle({}, {});
  heaps.dispose();
  assert.equal(readdirSync(join(folder, name)).filter((one) => one.endsWith('.columns')).length, 1);

  const again = kept(name);
  try {
    return await again.ask(file, async (heap) => {
      assert.ok(heap.columns.analysed, 'was read anew');
      const { nodeIds, edgeTargets } = heap.columns.graph;
      const { dominators, retainedSizes, distances } = heap.columns.heap();
      assert.deepEqual(await heap.allClasses(), (await summarise(file)).classes);
      const range = { start: 0, count: 100 };
      return [
        await heap.nodes({ query: { namePattern: 'turn 1' }, range }),
        ...[nodeIds, edgeTargets, dominators, retainedSizes, distances].map((column) => [...column]),
      ];
    });
  } finally {
    again.dispose();
  }
}

test('what is kept is the same, whether it was followed or not', async () => {
  assert.deepEqual(await prepared('followed', true), await prepared('plain', false));
});
