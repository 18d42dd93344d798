import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { dominateHeap, measureDistances } from '../../../src/analysis/heap.ts';
import { edgeName } from '../../../src/analysis/labels.ts';
import { RetainingPaths } from '../../../src/analysis/paths.ts';
import { buildRetainers } from '../../../src/analysis/retainers.ts';
import { IdleFunctions } from '../../../src/engine/idle-functions.ts';
import { loadSnapshot } from '../../../src/engine/load.ts';
import { placeOf } from '../../../src/engine/places.ts';
import { registrarOf } from '../../../src/engine/registrar.ts';
import type { HeapGraph } from '../../../src/heap/graph.ts';

const PROGRAM = `
const { EventEmitter } = require('node:events');
const { setFlagsFromString, writeHeapSnapshot } = require('node:v8');
function calledFunction(k) { return k + 1; }
function neverCalled(k) { return k + 2; }
class OwnEmitter { _events = {}; on(name, f) { (this._events[name] ??= []).push(f); } }
class OwnChild extends OwnEmitter { on(name, f) { return super.on(name, f); } }
class NodeChild extends EventEmitter { on(name, f) { return super.on(name, f); } }
globalThis.kept = { calledFunction, neverCalled, own: new OwnChild(), node: new NodeChild() };
calledFunction(1);
for (const emitter of [kept.own, kept.node]) for (let i = 0; i < 3; i++) emitter.on('turn', () => i);
function memoize() {
  const entriesMap = new Map([['a', { n: 1 }]]);
  const memoized = (k) => entriesMap.get(k);
  registry.set(memoized, entriesMap);
  return memoized;
}
const registry = new WeakMap();
globalThis.kept.memo = memoize();
globalThis.registry = registry;
writeHeapSnapshot(process.argv[2]);
setFlagsFromString('--stress-flush-code'); // as if nothing had been called for long
writeHeapSnapshot(process.argv[3]);
`;

describe('hints that a snapshot gives', () => {
  let dir: string;
  let graph: HeapGraph;
  let later: HeapGraph;
  let paths: RetainingPaths;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'heapline-hints-'));
    const file = join(dir, 'a.heapsnapshot');
    writeFileSync(join(dir, 'program.cjs'), PROGRAM);
    const laterFile = join(dir, 'b.heapsnapshot');
    execFileSync(process.execPath, [join(dir, 'program.cjs'), file, laterFile]);
    graph = await loadSnapshot(file, {});
    later = await loadSnapshot(laterFile, {});
    const heap = { ...dominateHeap(graph, {}), distances: measureDistances(graph, {}) };
    paths = new RetainingPaths(heap, buildRetainers(graph));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  function named(name: string, type: string): number {
    for (let node = 0; node < graph.nodeCount; node++) {
      const isType = graph.nodeTypeNames[graph.nodeTypes[node]] === type;
      if (isType && graph.strings.get(graph.nodeNames[node]) === name) return node;
    }
    throw new Error(`the snapshot has no ${name}`);
  }

  function property(node: number, name: string): number {
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
      if (edgeName(graph, edge) === name) return graph.edgeTargets[edge];
    }
    throw new Error(`no property ${name}`);
  }

  it('a function that was never called has no bytecode', () => {
    const idle = new IdleFunctions();
    idle.note(graph, true);
    assert.equal(idle.has(placeOf(graph, named('neverCalled', 'closure'))!), true);
    assert.equal(idle.has(placeOf(graph, named('calledFunction', 'closure'))!), false);
  });

  it('a function that lost its bytecode by the last snapshot is not called any more', () => {
    const place = placeOf(graph, named('calledFunction', 'closure'))!;
    const before = new IdleFunctions();
    before.note(later, false);
    before.note(graph, true);
    assert.equal(before.has(place), false);
    const idle = new IdleFunctions();
    idle.note(graph, false);
    idle.note(later, true);
    assert.equal(idle.has(place), true);
  });

  it("an emitter's own method registers, overrides do not", () => {
    const line = (className: string): number | undefined => {
      const listeners = property(property(named(className, 'object'), '_events'), 'turn');
      const place = registrarOf(graph, paths.to(listeners)[0]);
      const own = placeOf(graph, named('calledFunction', 'closure'))!.scriptId;
      return place?.scriptId === own ? place.line0 : undefined;
    };
    assert.equal(
      line('OwnChild'),
      PROGRAM.split('\n').findIndex((text) => text.includes('class OwnEmitter')),
    );
    assert.equal(line('NodeChild'), undefined);
  });

  it('a path prefers a variable to an entry of a WeakMap', () => {
    const way = paths.to(property(property(named('memoized', 'closure'), 'context'), 'entriesMap'))[0];
    assert.equal(edgeName(graph, way[way.length - 1].edgeIndex), 'entriesMap');
  });
});
