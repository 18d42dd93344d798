import assert from 'node:assert/strict';
import { it } from 'node:test';
import { loopbackUrl } from '../../../src/capture/reach.ts';

it('an inspector is reached straight on this machine only', () => {
  for (const [url, reached] of [
    ['ws://127.0.0.1:9229/a-b', 'ws://127.0.0.1:9229/a-b'],
    ['ws://localhost:9229/a', 'ws://localhost:9229/a'],
    ['ws://0.0.0.0:9229/a', 'ws://127.0.0.1:9229/a'],
    ['ws://[::]:9229/a', 'ws://[::1]:9229/a'],
    ['ws://[::1]:9229/a', 'ws://[::1]:9229/a'],
    ['ws://10.0.0.5:9229/a', undefined],
    ['ws://127.0.0.1.example.com:9229/a', undefined],
    ['ws://example.com/a', undefined],
    ['http://127.0.0.1:9229/a', undefined],
    ['', undefined],
    ['ws://', undefined],
  ] as const) {
    assert.equal(loopbackUrl(url), reached, url);
  }
});
