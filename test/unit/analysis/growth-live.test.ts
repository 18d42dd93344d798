import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { liveTotals } from '../../../src/analysis/growth-live.ts';
import { dominateHeap } from '../../../src/analysis/heap.ts';
import { SnapshotReader } from '../../../src/heap/snapshot-reader.ts';
import { Drawing } from '../../support/drawing.ts';

/** Objects held for 5 targets that live on, and for 70 that are dead while nobody has cleaned up yet. */
const PROGRAM = `
class Held { constructor() { this.body = { part: 1 }; } }
const registry = new FinalizationRegistry(() => {});
const targets = Array.from({ length: 5 }, () => ({}));
for (const target of targets) registry.register(target, new Held());
for (let i = 0; i < 70; i++) registry.register({}, new Held());
Object.assign(globalThis, { registry, targets });
require('node:v8').writeHeapSnapshot(process.argv[1]);`;

it('does not count what waits for a FinalizationRegistry to clean up', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heapline-live-'));
  try {
    const file = join(folder, 'a.heapsnapshot');
    execFileSync(process.execPath, ['-e', PROGRAM, file]);
    const reader = new SnapshotReader();
    reader.write(readFileSync(file));
    const heap = dominateHeap(reader.finish());
    const { graph } = heap;
    const held = Array.from(graph.nodeNames.keys()).filter(
      (node) =>
        graph.strings.get(graph.nodeNames[node]) === 'Held' &&
        graph.nodeTypeNames[graph.nodeTypes[node]] === 'object',
    );
    const live = liveTotals(heap);
    // An object and its body each; the prototype is named like its class too.
    assert.equal(held.filter((node) => live.counts[node] === 2).length, 5);
    assert.equal(held.filter((node) => live.counts[node] === 0).length, 70);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('counts no WeakRef, which keeps nothing alive; its bytes weigh', () => {
  const drawing = new Drawing(new Map());
  drawing.node('list', { name: 'Array' }, ['root', 'property', 'list']);
  for (let i = 0; i < 9; i++) {
    drawing.node(`reference ${i}`, { name: 'WeakRef', size: 32 }, ['list', 'element', String(i)]);
  }
  const heap = drawing.heap();
  const live = liveTotals(heap);
  const list = Array.from(heap.graph.nodeNames.keys()).find(
    (node) => heap.graph.strings.get(heap.graph.nodeNames[node]) === 'Array',
  )!;
  assert.equal(live.counts[list], 1);
  assert.ok(live.bytes[list] >= 9 * 32);
});

it('counts no text of size 0: the value of a number, which each snapshot makes anew', () => {
  const drawing = new Drawing(new Map());
  drawing.node('list', { name: 'Array', size: 16 }, ['root', 'property', 'list']);
  drawing.node('number', { name: 'heap number', type: 'number', size: 12 }, ['list', 'element', '0']);
  drawing.node('value', { name: '1.5', type: 'string', size: 0 }, ['number', 'internal', 'value']);
  drawing.node('text', { name: 'abc', type: 'string', size: 16 }, ['list', 'element', '1']);
  const { graph, ...heap } = drawing.heap();
  const { counts } = liveTotals({ graph, ...heap });
  const list = Array.from(graph.nodeNames.keys()).find(
    (node) => graph.strings.get(graph.nodeNames[node]) === 'Array',
  )!;
  assert.equal(counts[list], 2);
});
