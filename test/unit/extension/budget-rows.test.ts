import assert from 'node:assert/strict';
import { it } from 'node:test';
import { budgetRow, isNoted, newlyPassed } from '../../../src/extension/budget-rows.ts';
import type { PassedBudget } from '../../../src/protocol/findings.ts';

const l10n = {
  t: (text: string, ...args: (string | number | boolean)[]): string =>
    text.replace(/\{(\d)\}/g, (_, i) => String(args[Number(i)])),
};
const passed = (more: Partial<PassedBudget>): PassedBudget => ({
  budget: 'heapUsed',
  level: 'warn',
  value: 1.1e9,
  limit: 1e9,
  times: 1,
  ...more,
});

it('shows what was passed, how far, and what came back', () => {
  const row = budgetRow(
    passed({
      level: 'alert',
      collected: { heapBefore: 1.21e9, heapAfter: 0.9e9, rssBefore: 1, rssAfter: 1 },
    }),
    l10n,
  );
  assert.equal(row.label, 'Heap in use');
  assert.equal(row.description, '1.1 GB, over 1 GB · alert');
  assert.match(row.tooltip!, /A forced collection gave back 310 MB of 1\.21 GB\./);
  assert.deepEqual([row.icon, row.context], ['error', 'budget']);
  const cache = budgetRow(
    passed({ budget: 'cacheEntries', subject: 'Tools.cache\u202e', value: 6000, limit: 5000 }),
    l10n,
  );
  assert.equal(cache.label, 'Entries of one cache: Tools.cache\\u{202e}');
  assert.equal(cache.description, '6,000, over 5,000 · warning');
  assert.equal(budgetRow(passed({ back: true }), l10n).icon, 'pass');
});

it('tells each crossing once, alerts first', () => {
  const told = new Set<string>();
  const first = [passed({}), passed({ budget: 'rss', level: 'alert' })];
  assert.deepEqual(
    newlyPassed(first, told).map(({ budget }) => budget),
    ['rss', 'heapUsed'],
  );
  assert.deepEqual(newlyPassed(first, told), []);
  assert.deepEqual(newlyPassed([passed({ level: 'alert' })], told).length, 1);
  assert.deepEqual(newlyPassed([passed({ times: 2 })], told).length, 1);
  assert.deepEqual(newlyPassed([passed({ times: 2, back: true })], told), []);
});

it('leaves collections that are only a little long or frequent to the view', () => {
  assert.equal(isNoted(passed({ budget: 'gcPause' })), false);
  assert.equal(isNoted(passed({ budget: 'gcPause', level: 'alert' })), true);
  assert.equal(isNoted(passed({ budget: 'siteGrowth' })), true);
});
