import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flameTree } from '../../../src/engine/flame.ts';
import type { FlameFrame } from '../../../src/protocol/pictures.ts';
import type { SamplingNode, SamplingProfile } from '../../../src/recording/reader.ts';

let lastId = 0;
const node = (functionName: string, selfSize: number, ...children: SamplingNode[]): SamplingNode => ({
  callFrame: { functionName, scriptId: '1', url: 'file:///a.js', lineNumber: 1, columnNumber: 2 },
  selfSize,
  id: ++lastId,
  children,
});
const tree = (profile: SamplingProfile, since?: number): Promise<FlameFrame> =>
  flameTree(profile, since, async ({ url, lineNumber, columnNumber }) => ({
    url,
    line: lineNumber + 1,
    column: columnNumber + 1,
  }));
const every = (frame: FlameFrame): FlameFrame[] => [frame, ...(frame.children ?? []).flatMap(every)];

test('frames by size, with what came after the baseline', async () => {
  const [add, ask] = [node('add', 600), node('ask', 100)];
  const head = node('(root)', 0, node('main', 50, ask, add, node('idle', 0)));
  const samples = [
    { nodeId: add.id, size: 400, ordinal: 1 },
    { nodeId: add.id, size: 200, ordinal: 5 },
    { nodeId: ask.id, size: 100, ordinal: 6 },
  ];
  const live = await tree({ head, samples });
  const told = (frame: FlameFrame): unknown[] => [frame.function, frame.size, frame.selfSize, frame.grown];
  assert.deepEqual(every(live).map(told), [
    ['', 750, 0, undefined],
    ['main', 750, 50, undefined],
    ['add', 600, 600, undefined],
    ['ask', 100, 100, undefined],
  ]);
  assert.equal(every(live)[2].site?.line, 2);
  const grown = await tree({ head, samples }, 4);
  assert.deepEqual(
    every(grown).map((frame) => frame.grown),
    [300, 300, 200, 100],
  );
});

test('what is tiny is folded, and no stack is too deep', async () => {
  const tiny = Array.from({ length: 5000 }, (_, i) => node(`f${i}`, 1));
  let deep = node('end', 10_000);
  for (let i = 0; i < 20_000; i++) deep = node('again', 0, deep);
  const root = await tree({ head: node('(root)', 0, ...tiny, deep), samples: [] });
  const all = every(root);
  assert.ok(all.length <= 801 + 200, String(all.length));
  const [again, rest] = root.children!;
  assert.deepEqual([again.function, again.size], ['again', 10_000]);
  assert.deepEqual([rest.rest, rest.size, rest.children], [true, 5000, undefined]);
  assert.equal(root.size, 15_000);
});
