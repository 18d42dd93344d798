/** Node by node against Chrome DevTools' own engine, on snapshots of real programs on each version of Node. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { aggregateByClass } from '../../../src/analysis/aggregates.ts';
import { type Classes, classify } from '../../../src/analysis/classes.ts';
import { diffHeaps } from '../../../src/analysis/diff.ts';
import { digestHeap } from '../../../src/analysis/digest.ts';
import { SYSTEM_DISTANCE, UNREACHABLE } from '../../../src/analysis/distances.ts';
import { type AnalysedHeap, analyseHeap } from '../../../src/analysis/heap.ts';
import { edgeName } from '../../../src/analysis/labels.ts';
import { RetainingPaths } from '../../../src/analysis/paths.ts';
import { attributeRealms } from '../../../src/analysis/realms.ts';
import { buildRetainers, edgeSource } from '../../../src/analysis/retainers.ts';
import { classifyByShape, inferShapes } from '../../../src/analysis/shapes.ts';
import { type DevtoolsHeap, loadWithDevtools } from '../../support/devtools.ts';
import { readGraph } from '../../support/graphs.ts';
import { nodeBinary } from '../../support/nodes.ts';

const PROGRAM = `
const v8 = require('node:v8');
const vm = require('node:vm');
const { AsyncLocalStorage } = require('node:async_hooks');
class AgentMemory {
  history = [];
  index = new Map();
  seen = new Set();
  #secret = { deep: [1.5, 'x'] };
  add(message) { this.history.push(message); this.index.set(message.id, message); this.seen.add(message.id); }
}
const weak = new WeakMap();
const keys = [];
const controller = new AbortController();
const storage = new AsyncLocalStorage();
const context = vm.createContext({ other: 'realm' });
globalThis.kept = { memory: new AgentMemory(), weak, keys, controller, storage, context, promises: [] };
function grow(from, to) {
  for (let i = from; i < to; i++) {
    const key = { i };
    const value = { buffer: Buffer.alloc(100), text: 'v' + i, back: key };
    weak.set(key, value);
    if (i % 3 === 0) keys.push(key);
    kept.memory.add({ id: 'id' + i, role: i % 2 ? 'user' : 'assistant', content: 'word '.repeat(i % 50) + i, at: new Date(i) });
    controller.signal.addEventListener('abort', () => kept.memory.add(key));
    storage.run({ step: i }, () => setTimeout(() => {}, 1e6).unref());
    kept.promises.push(new Promise((resolve) => { kept.resolve = resolve; }).then(() => i));
    if (i % 100 === 0) vm.runInContext('globalThis["p' + i + '"] = { list: [{}, {}], f() { return ' + i + '; } }', context);
  }
  const one = {}; const two = { one }; one.two = two;
  kept.ring = new WeakRef(one);
}
grow(0, 400);
v8.writeHeapSnapshot(process.argv[2]);
grow(400, 900);
kept.memory.history.splice(0, 200);
kept.external = 'é'.repeat(5000) + Math.random();
v8.writeHeapSnapshot(process.argv[3]);
`;

interface Case {
  ours: AnalysedHeap;
  classes: Classes;
  theirs: DevtoolsHeap;
}

for (const major of [18, 20, 22, 24, 26] as const) {
  describe(`DevTools' engine, on Node ${major}`, () => {
    let folder: string;
    let cases: Case[];
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'heapline-devtools-'));
      const program = join(folder, 'program.cjs');
      await writeFile(program, PROGRAM);
      const files = ['first', 'second'].map((name) => join(folder, `${name}.heapsnapshot`));
      await promisify(execFile)(await nodeBinary(major), [program, ...files]);
      cases = [];
      for (const file of files) {
        const graph = readGraph(file);
        cases.push({
          ours: analyseHeap(graph),
          classes: classify(graph),
          theirs: await loadWithDevtools(file),
        });
      }
    });
    after(() => rm(folder, { recursive: true, force: true }));

    it('has the same classes, sizes, dominators and distances', () => {
      for (const { ours, classes, theirs } of cases) {
        assert.ok(ours.graph.nodeCount > 30_000);
        assert.deepEqual([...ours.shallowSizes], theirs.shallowSizes);
        assert.deepEqual(Float64Array.from(ours.retainedSizes), new Float64Array(theirs.retainedSizes));
        assert.deepEqual(ours.dominators, new Uint32Array(theirs.dominators));
        assert.deepEqual(
          ours.distances,
          theirs.distances.map((distance) => (distance < 0 ? UNREACHABLE : distance)),
        );
        assert.deepEqual(
          Array.from(classes.ofNode, (index) => classes.names[index]),
          theirs.classNames,
        );
      }
    });

    it('has the same totals by class', () => {
      for (const { ours, classes, theirs } of cases) {
        const rows = aggregateByClass(ours, classes);
        assert.equal(rows.length, Object.keys(theirs.aggregates).length);
        for (const row of rows) {
          const { count, self, maxRet, distance } = theirs.aggregates[row.className];
          assert.deepEqual(row, {
            className: row.className,
            count,
            shallowSize: self,
            retainedSize: maxRet,
            // DevTools says -5 for a class when no root reaches some node of it; we leave such nodes out.
            distance: distance < 0 ? row.distance : distance,
          });
        }
      }
    });

    it('has the same differences', () => {
      const [first, second] = cases;
      const expected = second.theirs.diffFrom(first.theirs);
      const { rows, sharedIds } = diffHeaps(
        digestHeap(first.ours, first.classes),
        digestHeap(second.ours, second.classes),
      );
      assert.ok(sharedIds > 0.9, `only ${sharedIds} of the ids are shared`);
      assert.deepEqual(
        Object.fromEntries(
          rows.map(({ className, addedCount, removedCount, addedSize, removedSize }) => [
            className,
            { addedCount, removedCount, addedSize, removedSize },
          ]),
        ),
        Object.fromEntries(
          Object.values(expected).map(({ name, addedCount, removedCount, addedSize, removedSize }) => [
            name,
            { addedCount, removedCount, addedSize, removedSize },
          ]),
        ),
      );
    });

    it('names plain objects by the same shapes, and has the same differences by them', () => {
      const [first, second] = cases;
      for (const { ours, theirs } of cases) {
        const { names, ofNode } = classifyByShape(ours.graph);
        const expected = theirs.byShape();
        assert.ok(names.some((name) => name.startsWith('{id, role, content')));
        assert.deepEqual(
          Array.from(ofNode, (index) => names[index]),
          expected.classNames,
        );
        for (const row of aggregateByClass(ours, { names, ofNode })) {
          const { count, self, maxRet } = expected.aggregates[row.className];
          assert.deepEqual([row.count, row.shallowSize, row.retainedSize], [count, self, maxRet]);
        }
      }
      const shapes = inferShapes(second.ours.graph);
      const { rows } = diffHeaps(
        digestHeap(first.ours, classifyByShape(first.ours.graph, shapes)),
        digestHeap(second.ours, classifyByShape(second.ours.graph, shapes)),
      );
      const expected = second.theirs.diffByShape(first.theirs);
      assert.deepEqual(
        Object.fromEntries(
          rows.map(({ className, addedCount, removedCount }) => [className, [addedCount, removedCount]]),
        ),
        Object.fromEntries(
          Object.entries(expected).map(([name, { addedCount, removedCount }]) => [
            name,
            [addedCount, removedCount],
          ]),
        ),
      );
    });

    it('tells the same realms, and the same retainers', () => {
      for (const { ours, theirs } of cases) {
        const { graph } = ours;
        const { contexts, ofNode } = attributeRealms(graph);
        assert.ok(contexts.length > 1);
        assert.deepEqual(ofNode, new Int32Array(theirs.nativeContexts));
        const { first, edges } = buildRetainers(graph);
        for (let node = 1; node < graph.nodeCount; node += 997) {
          const rows = [...edges.subarray(first[node], first[node + 1])].map((edge) => [
            `${graph.edgeTypeNames[graph.edgeTypes[edge]]} ${edgeName(graph, edge)}`,
            edgeSource(graph, edge),
          ]);
          assert.deepEqual(rows.sort(), theirs.retainersOf(node).sort());
        }
      }
    });

    it('has paths as long as the distance says, and other ones that are ways too', () => {
      const { ours } = cases[1];
      const { graph, distances } = ours;
      const finder = new RetainingPaths(ours, buildRetainers(graph));
      const weak = graph.edgeTypeNames.indexOf('weak');
      let shortest = 0;
      let asked = 0;
      for (let node = 1; node < graph.nodeCount; node += 997) {
        const paths = finder.to(node, 4);
        assert.equal(paths.length > 0, distances[node] !== UNREACHABLE);
        if (paths.length === 0) continue;
        asked++;
        const distance = distances[node] % SYSTEM_DISTANCE;
        assert.ok(paths[0].length <= distance);
        if (paths[0].length === distance) shortest++;
        assert.equal(
          new Set(paths.map((path) => path.map((step) => step.edgeIndex).join())).size,
          paths.length,
        );
        for (const path of paths) {
          assert.equal(path.at(-1)!.node, node);
          assert.equal(new Set(path.map((step) => step.node)).size, path.length);
          path.forEach((step, i) => {
            assert.equal(graph.edgeTargets[step.edgeIndex], step.node);
            assert.equal(edgeSource(graph, step.edgeIndex), i === 0 ? 0 : path[i - 1].node);
            assert.notEqual(graph.edgeTypes[step.edgeIndex], weak);
          });
        }
      }
      // Only what hangs below a WeakMap's value is nearer than its distance says: the key may be nearer than the table.
      assert.ok(shortest > 0.9 * asked, `${shortest} of ${asked}`);
    });
  });
}
