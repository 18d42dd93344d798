/** Two threads find the same as one. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { analyseHeap, dominateHeap } from '../../../src/analysis/heap.ts';
import { HeaplineError } from '../../../src/base/errors.ts';
import { analyseByTwo, dominateByTwo } from '../../../src/engine/heap-by-two.ts';
import { SecondCore } from '../../../src/engine/second-core.ts';
import type { HeapGraph } from '../../../src/heap/graph.ts';
import { largeGraph } from '../../support/graphs.ts';
import { seededRandom } from '../../support/random.ts';

const WORKER = new URL('../../../dist/second-core-worker.js', import.meta.url);
const COUNT = 600_000;

describe('a large graph by two threads', () => {
  let core: SecondCore;
  let graph: HeapGraph;
  before(() => {
    core = new SecondCore(WORKER);
    const next = seededRandom(3);
    graph = largeGraph(COUNT, 1 + 2 * (COUNT - 1), (node, add) => {
      if (node === 0) return add(1);
      add(Math.min(COUNT - 1, node + 1 + Math.floor(next() * 8)));
      add(1 + Math.floor(next() * (COUNT - 1)));
    });
  });
  after(() => core.dispose());

  it('is the same as by one', async () => {
    const { heap, done } = await analyseByTwo(graph, () => 'done', undefined, core);
    assert.equal(done, 'done');
    const { graph: _, ...columns } = heap;
    const { graph: __, ...expected } = analyseHeap(graph);
    assert.deepEqual(columns, expected);
    const { dominators, order } = await dominateByTwo(graph, () => {}, undefined, core);
    assert.deepEqual({ dominators, order }, { dominators: expected.dominators, order: expected.order });
  });

  it('is built here where the other thread dies', async () => {
    const source =
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit());";
    const dying = new SecondCore(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    const heap = await dominateByTwo(graph, () => {}, undefined, dying);
    assert.deepEqual(heap, dominateHeap(graph));
    dying.dispose();
  });

  it('can be cancelled at every phase', async () => {
    for (const last of ['Building the dominator tree', 'Measuring distances', 'Adding up retained sizes']) {
      const signal = { aborted: false };
      const phases: string[] = [];
      const report = ({ phase }: { phase: string }): void => {
        phases.push(phase);
        if (phase === last) signal.aborted = true;
      };
      const working = analyseByTwo(graph, () => {}, { report, signal }, core);
      if (last === 'Adding up retained sizes') assert.ok((await working).heap);
      else await assert.rejects(working, (error) => HeaplineError.is(error, 'cancelled'));
      assert.equal(phases.at(-1), last);
    }
  });
});
