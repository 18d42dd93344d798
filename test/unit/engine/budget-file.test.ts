import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ajv } from 'ajv';
import { HeaplineError } from '../../../src/base/errors.ts';
import { readBudgetFile } from '../../../src/engine/budget-file.ts';
import { BUDGET_NAMES } from '../../../src/protocol/budgets.ts';
import { PROJECT } from '../../support/heapline.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-budgets-'));
  mkdirSync(join(folder, '.heapline'));
  mkdirSync(join(folder, 'src', 'deep'), { recursive: true });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string): void => writeFileSync(join(folder, '.heapline', 'budgets.json'), text);
const schema = JSON.parse(readFileSync(join(PROJECT, 'media/schemas/budgets.schema.json'), 'utf8'));
const isValid = new Ajv({ allowUnionTypes: true }).compile(schema);

function wrong(text: string): string {
  write(text);
  try {
    readBudgetFile(folder);
  } catch (error) {
    assert.ok(HeaplineError.is(error, 'malformed'), String(error));
    return error.message.replace(folder, '');
  }
  return '';
}

test('the nearest one upwards, comments let pass', () => {
  assert.equal(readBudgetFile(join(folder, 'src')), undefined);
  write(`{
    // for CI
    "version": 1,
    "budgets": { "rss": { "warn": "400MB", "alert": "500MB" }, "gcPause": false },
    "onCrossing": ["collect"],
  }`);
  const read = readBudgetFile(join(folder, 'src', 'deep'))!;
  assert.deepEqual(read.budgets, { rss: { warn: 4e8, alert: 5e8 }, gcPause: 'off' });
  assert.deepEqual(read.on, ['collect']);
  assert.ok(read.file.startsWith(folder));
});

test('what is off is named, with its place', () => {
  assert.match(
    wrong('{\n  "version": 1,\n  "budgets": {\n    "rrs": "1GB"\n  }\n}'),
    /budgets\.json:4:5: `rrs`: there is no budget `rrs`/,
  );
  assert.match(wrong('{ "version": 1, "budget": {} }'), /there is no `budget` here/);
  assert.match(wrong('{ "version": 2, "budgets": {} }'), /"version": 1/);
  assert.match(wrong('{ "version": 1, "budgets": { "rss": "big" } }'), /`rss`: a size is expected/);
  assert.match(wrong('{ "version": 1, "budgets": {}, "onCrossing": ["run"] }'), /onCrossing/);
  assert.match(wrong('{ "version": 1 "budgets": {} }'), /budgets\.json:1:16: comma expected/);
  assert.match(wrong('[]'), /an object/);
});

test('a command is no matter of a file', () => {
  assert.match(
    wrong('{ "version": 1, "budgets": {}, "command": "echo" }'),
    /only your own settings or command line/,
  );
});

test('the schema of the editor lets through what the reader does', () => {
  const good = [
    { version: 1, budgets: Object.fromEntries(BUDGET_NAMES.map((name) => [name, false])) },
    {
      version: 1,
      budgets: { rss: '2GB', heapUsed: { warn: '1GB', alert: 2e9 }, gcPause: '50ms', sessions: 5 },
    },
    { version: 1, budgets: {}, onCrossing: ['collect', 'snapshot'] },
  ];
  for (const one of good) {
    assert.ok(isValid(one), JSON.stringify(isValid.errors));
    assert.equal(wrong(JSON.stringify(one)), '');
  }
  const bad = [
    { version: 1, budgets: { rrs: '2GB' } },
    { version: 1, budgets: { rss: 'much' } },
    { version: 1, budgets: { rss: {} } },
    { version: 1, budgets: { rss: { most: 1 } } },
    { version: 1, budgets: {}, command: 'x' },
    { budgets: {} },
  ];
  for (const one of bad) {
    assert.ok(!isValid(one), JSON.stringify(one));
    assert.notEqual(wrong(JSON.stringify(one)), '');
  }
  assert.deepEqual(Object.keys(schema.properties.budgets.properties), BUDGET_NAMES);
});
