import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import {
  addIgnore,
  findIgnoreFile,
  ignoreFolder,
  readIgnoreFile,
  readIgnores,
  removeIgnore,
} from '../../../src/engine/ignore-file.ts';
import { isDay } from '../../../src/protocol/ignore.ts';

let root: string;
let file: string;
const inner = (): string => join(root, 'a', 'b');
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'heapline-ignore-'));
  file = join(root, '.heapline', 'ignore.json');
  mkdirSync(join(root, '.heapline'));
  mkdirSync(inner(), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ENTRY = { finding: 'map:cache:1', reason: 'x' };

it('finds the nearest file upwards', () => {
  const own = join(root, 'a', '.heapline', 'ignore.json');
  writeFileSync(file, '{"version":1,"ignore":[]}');
  assert.equal(findIgnoreFile(inner()), file);
  mkdirSync(join(root, 'a', '.heapline'));
  writeFileSync(own, '{"version":1,"ignore":[]}');
  assert.equal(findIgnoreFile(inner()), own);
  assert.equal(ignoreFolder(join(root, 'gone'), root), root);
  assert.equal(ignoreFolder(inner(), root), inner());
});

it('names file, line and column of what is wrong, and ignores nothing then', () => {
  for (const [text, pattern] of [
    ['{\n  "version": 1,\n  "ignore": [,]\n}', /ignore\.json:3:14: value expected\./],
    ['[]', /ignore\.json:1:1: an object with `version` and `ignore` is expected\./],
    ['{"version": 2, "ignore": []}', /:1:1: `"version": 1` is expected/],
    ['{"version": 1}', /:1:1: `ignore` must be a list/],
    ['{"version": 1, "ignore": [1]}', /:1:27: each entry must be an object/],
    ['{"version": 1, "ignore": [\n {"reason": "x"}]}', /:2:2: an entry needs one of/],
    ['{"version": 1, "ignore": [{"rule": "x", "owner": "y", "reason": "z"}]}', /needs one of/],
    ['{"version": 1, "ignore": [{"rule": "listeners"}]}', /`reason` must be a text/],
    ['{"version": 1, "ignore": [{"rule": "listeners", "reason": " "}]}', /`reason` must be a text/],
    ['{"version": 1, "ignore": [{"owner": 7, "reason": "x"}]}', /`owner` must be a text/],
    ['{"version": 1, "ignore": [{"owner": "x", "reason": "x", "expires": "2027-02-30"}]}', /`expires`/],
  ] as const) {
    writeFileSync(file, text);
    assert.throws(
      () => readIgnoreFile(file),
      (error: unknown) => {
        assert.ok(HeaplineError.is(error, 'malformed'));
        assert.match(error.message, pattern);
        return true;
      },
    );
    const list = readIgnores(root);
    assert.deepEqual(list?.entries, []);
    assert.match(list?.problems.join('') ?? '', pattern);
    assert.throws(() => addIgnore(ENTRY, root), { code: 'malformed' });
    assert.equal(readFileSync(file, 'utf8'), text);
  }
});

it('names rules that there are not; the other entries count', () => {
  writeFileSync(file, JSON.stringify({ version: 1, ignore: [{ rule: 'listner', reason: 'x' }, ENTRY] }));
  const list = readIgnores(inner());
  assert.equal(list?.entries.length, 2);
  assert.match(list?.problems[0] ?? '', /ignore\.json:1:\d+: there is no rule `listner`/);
});

it('writes an entry and keeps all else, in the same indentation', () => {
  const before = {
    $schema: './ignore.schema.json',
    version: 1,
    ignore: [{ owner: 'x', reason: 'y', ticket: 'A-1' }],
    team: ['a'],
  };
  writeFileSync(file, JSON.stringify(before, null, '\t'));
  assert.equal(addIgnore(ENTRY, inner()), file);
  const text = readFileSync(file, 'utf8');
  assert.deepEqual(JSON.parse(text), { ...before, ignore: [...before.ignore, ENTRY] });
  assert.match(text, /\n\t"version": 1,/);
  addIgnore({ ...ENTRY, reason: 'another', expires: '2027-01-31' }, inner());
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).ignore[1], {
    ...ENTRY,
    reason: 'another',
    expires: '2027-01-31',
  });
});

it('keeps comments as they are', () => {
  const text = `{ // ours\n  "version": 1,\n  "ignore": [\n    ${JSON.stringify({ owner: 'x', reason: 'y' })} // why\n  ]\n}\n`;
  writeFileSync(file, text);
  addIgnore(ENTRY, inner());
  assert.equal(readIgnoreFile(file).entries.length, 2);
  assert.match(readFileSync(file, 'utf8'), /^\{ \/\/ ours\n[\s\S]*\/\/ why/);
});

it('refuses what is nested beyond all measure', () => {
  writeFileSync(file, '['.repeat(1_000_000));
  assert.throws(() => readIgnoreFile(file), { code: 'malformed' });
});

it('makes the file in its home where there is none', () => {
  rmSync(join(root, '.heapline'), { recursive: true });
  assert.equal(addIgnore(ENTRY, inner(), root), file);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { version: 1, ignore: [ENTRY] });
});

it('takes out all that ignores a finding', () => {
  const others = [{ owner: 'other', reason: 'x' }];
  const about = [ENTRY, { rule: 'unbounded-cache', reason: 'x' }, { owner: 'cache', reason: 'x' }];
  writeFileSync(file, JSON.stringify({ version: 1, ignore: [...about, ...others] }));
  const finding = { id: ENTRY.finding, rule: { id: 'unbounded-cache' }, owner: { name: 'cache' } };
  assert.equal(removeIgnore(finding, inner()), 3);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).ignore, others);
  assert.equal(removeIgnore({ id: 'x', owner: { name: 'y' } }, inner()), 0);
});

it('knows days', () => {
  assert.deepEqual(['2027-01-31', '2028-02-29'].map(isDay), [true, true]);
  assert.deepEqual(['2027-02-29', '31.1.2027', '', 20270131, undefined].map(isDay), [
    false,
    false,
    false,
    false,
    false,
  ]);
});
