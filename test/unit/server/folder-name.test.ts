import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { makeFolder, titleOf } from '../../../src/server/folder-name.ts';

const place = mkdtempSync(join(tmpdir(), 'heapline-names-'));
after(() => rmSync(place, { recursive: true, force: true }));
const now = new Date(2026, 10, 20, 14, 5, 11);

test('names are readable, sorted by time and never twice the same', () => {
  const parent = join(place, 'a', 'b');
  const names = [1, 2, 3].map(() => basename(makeFolder(parent, 'agent.mjs [4711]', now)));
  const [first, second, third] = names;
  assert.equal(first, '2026-11-20 14.05.11 agent.mjs [4711].heapline');
  assert.equal(second, '2026-11-20 14.05.11 agent.mjs [4711] 2.heapline');
  assert.equal(third, '2026-11-20 14.05.11 agent.mjs [4711] 3.heapline');
  assert.deepEqual(readdirSync(parent).sort(), names.sort());
  assert.ok(basename(makeFolder(parent, 'agent', new Date(2026, 10, 20, 9, 0, 0))) < first);
  assert.equal(titleOf(join(parent, first)), 'agent.mjs [4711]');
  assert.equal(titleOf('/x/other.heapline'), undefined);
});

test('no title leads elsewhere or makes a name that a system forbids', () => {
  for (const title of [
    '../../etc',
    'a/b\\c:d*e?f"g<h>i|j',
    'nul\0\n\u202e',
    ' . ',
    '',
    'x'.repeat(500),
    'Agent: 学习 🚀',
  ]) {
    const dir = makeFolder(place, title, now);
    assert.equal(join(place, basename(dir)), dir);
    assert.match(basename(dir), /^[^\p{C}<>:"/\\|?*]{1,120}[^. ]\.heapline$/u);
  }
});

test('a place that can not be written is told in words', () => {
  const file = join(place, 'file');
  writeFileSync(file, '');
  assert.throws(
    () => makeFolder(join(file, 'in'), 'x', now),
    (error) => HeaplineError.is(error, 'not-found') && error.message.includes(file),
  );
});
