import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClassFacts, classFilter } from '../../../webview/layout/class-filter.ts';

const CLASSES: ClassFacts[] = [
  { name: 'Message', size: 2_000_000, count: 150, isNew: true, grown: true },
  { name: 'message bus', size: 900, count: 1, isNew: false, grown: false },
  { name: 'system / Context', size: 1_000_000, count: 100, isNew: false, grown: true },
  { name: 'std::string', size: 0, count: 0, isNew: false, grown: false },
];
const found = (text: string): string[] =>
  CLASSES.filter(classFilter(text)).map(({ name }) => name.split(' ')[0]);
const refused = (text: string): unknown =>
  assert.throws(() => found(text), { name: 'HeaplineError', code: 'usage', message: /is no condition/ });

test('a filter of classes takes text, patterns and the words of a query', () => {
  assert.equal(found('').length, 4);
  assert.deepEqual(found(' MESS'), ['Message', 'message']);
  assert.deepEqual(found('message  bus'), ['message'], 'words are one text');
  assert.deepEqual(found('system / Con'), ['system']);
  assert.deepEqual(found('std::'), ['std::string']);
  assert.deepEqual(found('/^Mess|t$/'), ['Message', 'system']);
  assert.deepEqual(found('class:Message'), ['Message']);
  assert.deepEqual(found('class:/^m/'), ['message']);
  assert.deepEqual(found('class:*ess*'), ['Message', 'message']);
  assert.deepEqual(found('size>1MB'), ['Message']);
  assert.deepEqual(found('size>=1MB count<=100'), ['system']);
  assert.deepEqual(found('count=1'), ['message']);
  assert.deepEqual(found('NEW'), ['Message']);
  assert.deepEqual(found('grown size<1.5MB'), ['system']);
  assert.deepEqual(found('news'), []);
});

test('words that are no condition are told', () => {
  for (const text of ['colour:red', 'sise>1MB', 'size>big', 'size>', 'count>1.5', '/(/', 'class:/(/'])
    refused(text);
  // Not known of these.
  refused('retained>1');
});
