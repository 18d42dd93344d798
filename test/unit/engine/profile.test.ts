import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesByFrame, liveStacks } from '../../../src/engine/profile.ts';
import type { SamplingNode } from '../../../src/recording/reader.ts';

const node = (id: number, functionName: string, ...children: SamplingNode[]): SamplingNode => ({
  callFrame: { functionName, scriptId: '9', url: 'file:///a.js', lineNumber: id, columnNumber: 0 },
  selfSize: 0,
  id,
  children,
});

/** main > loop > push; main > log; loop calls itself. */
const head = node(
  1,
  '(root)',
  node(2, 'main', node(3, 'loop', node(4, 'push'), node(3.5, 'loop')), node(5, 'log')),
);
head.children[0].children[0].children[1].callFrame = head.children[0].children[0].callFrame;

const names = (frames: { functionName: string }[]) => frames.map(({ functionName }) => functionName);

test('stacks of what was born after the baseline, leaf first, largest first', () => {
  const stacks = liveStacks(
    {
      head,
      samples: [
        { size: 64, nodeId: 5, ordinal: 11 },
        { size: 100, nodeId: 4, ordinal: 12 },
        { size: 100, nodeId: 4, ordinal: 13 },
        { size: 5000, nodeId: 3, ordinal: 10 },
        { size: 32, nodeId: 1, ordinal: 14 },
      ],
    },
    10,
  );
  assert.deepEqual(
    stacks.map(({ frames, bytes }) => [names(frames), bytes]),
    [
      [['push', 'loop', 'main'], 200],
      [['log', 'main'], 64],
    ],
  );
});

test('a function counts once on a stack, however often it stands there', () => {
  const stacks = liveStacks(
    {
      head,
      samples: [
        { size: 10, nodeId: 3.5, ordinal: 1 },
        { size: 7, nodeId: 5, ordinal: 2 },
      ],
    },
    0,
  );
  assert.deepEqual(names(stacks[0].frames), ['loop', 'loop', 'main']);
  assert.deepEqual(
    bytesByFrame(stacks).map(({ functionName, bytes }) => [functionName, bytes]),
    [
      ['main', 17],
      ['loop', 10],
      ['log', 7],
    ],
  );
});
