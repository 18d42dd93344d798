import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sessionsRow } from '../../../src/extension/session-row.ts';
import type { PoolEviction } from '../../../src/protocol/sessions.ts';

const l10n = {
  t: (message: string, ...args: (string | number | boolean)[]): string =>
    message.replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)])),
};
const evicts = (policy: PoolEviction['policy'], max?: number): PoolEviction => ({
  policy,
  came: 3,
  left: 0,
  snapshots: 3,
  ...(max === undefined ? {} : { max }),
});

it('says in a line how many there are and what evicts them, and tells of each below', () => {
  const use = { active: 12, idle: 575, by: 'spans' as const, idleMs: 300_000, idleBytes: 1e9 };
  const row = sessionsRow(
    {
      pools: [
        { name: 'SessionStore.sessions', entries: 587, bytes: 1.8e9, use, eviction: evicts('never') },
        { name: 'agents', entries: 8, bytes: 2e6, eviction: evicts('lru', 8) },
      ],
      held: { count: 37, bytes: 115e6 },
    },
    l10n,
  );
  assert.equal(row.description, '587 in SessionStore.sessions · never evicted');
  assert.deepEqual(row.tooltip.split('\n'), [
    'SessionStore.sessions: 587 entries, 1.8 GB, 12 active, 575 idle, never evicted',
    'agents: 8 entries, 2 MB, LRU of 8',
    '37 closed sessions still hold 115 MB',
  ]);
  assert.equal(row.icon, 'warning');
});

it('without a pool it tells of closed sessions', () => {
  const row = sessionsRow({ pools: [], held: { count: 2, bytes: 5000 } }, l10n);
  assert.equal(row.description, '2 closed sessions still hold 5 kB');
});
