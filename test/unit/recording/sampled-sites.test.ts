import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SamplingNode } from '../../../src/recording/reader.ts';
import { liveBySite, surelyGrown } from '../../../src/recording/sampled-sites.ts';

function frame(
  functionName: string,
  url: string,
  selfSize: number,
  ...children: SamplingNode[]
): SamplingNode {
  return {
    callFrame: { functionName, scriptId: '1', url, lineNumber: 4, columnNumber: 0 },
    selfSize,
    id: 1,
    children,
  };
}

test('bytes go to the nearest function that is not Node’s own', () => {
  const head = frame(
    '(root)',
    '',
    5,
    frame(
      'load',
      'file:///app/a.mjs?x=1',
      10,
      frame('readFile', 'node:fs', 100),
      frame('', '/app/lib/b.cjs', 1000, frame('load', 'file:///app/a.mjs', 7)),
      frame('parse', 'C:\\app\\c.ts', 3),
    ),
    frame('tick', 'node:internal/timers', 50),
  );
  assert.deepEqual(Object.fromEntries(liveBySite({ head })), {
    'load (a.mjs:5)': 117,
    '(anonymous) (b.cjs:5)': 1000,
    'parse (c.ts)': 3,
  });
  const forgotten = frame('make', '', 9);
  assert.deepEqual(
    [...liveBySite({ head: forgotten }, new Map([['1', '/app/d.js']]))],
    [['make (d.js:5)', 9]],
  );
});

test('of few samples nothing is said', () => {
  const before = new Map([
    ['a', 1e6],
    ['b', 5e6],
  ]);
  const after = new Map([
    ['a', 5e6],
    ['b', 5.1e6],
    ['c', 1e5],
  ]);
  assert.deepEqual([...surelyGrown(before, after, 32_768).keys()], ['a']);
  assert.ok(surelyGrown(before, after, 32_768).get('a')! > 3e6);
  // Every site stands for few samples at so wide an interval.
  assert.deepEqual([...surelyGrown(before, after, 5e6)], []);
});
