import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RestartLimit } from '../../../src/extension/restart-limit.ts';

it('allows five restarts within three minutes, and again later', () => {
  const limit = new RestartLimit();
  const at = [0, 1000, 2000, 3000, 4000, 5000, 179_000, 181_000];
  assert.deepEqual(
    at.map((now) => limit.allows(now)),
    [true, true, true, true, true, false, false, true],
  );
  limit.reset();
  assert.ok(limit.allows(181_001));
});
