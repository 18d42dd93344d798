import assert from 'node:assert/strict';
import { it } from 'node:test';
import { endCause, endSentence, type LastSeen } from '../../../src/capture/end-cause.ts';

const SEEN: LastSeen = { heapUsed: 40e6, heapLimit: 4e9, rss: 90e6, memoryLimit: 8e9, tells: true };

it('knows a heap that was nearly full', () => {
  const seen = { ...SEEN, heapUsed: 3.6e9, rss: 7.9e9 };
  assert.equal(endCause(seen), 'heap-full');
  assert.match(endSentence(seen), /most likely out of heap: it used 3\.6 GB of the 4 GB that V8 allows it/);
});

it('knows a machine or container that was nearly full', () => {
  const seen = { ...SEEN, rss: 900e6, memoryLimit: 1e9 };
  assert.equal(endCause(seen), 'memory-full');
  assert.match(endSentence(seen), /out of memory: it took 900 MB of 1 GB/);
});

it('calls a program killed only that would have told of its own end', () => {
  assert.equal(endCause(SEEN), 'killed');
  assert.equal(endCause({ ...SEEN, tells: false }), undefined);
  assert.match(endSentence({ ...SEEN, tells: false }), /ended or closed its inspector/);
});

it('says nothing of memory where that was never read', () => {
  assert.equal(endCause({ tells: true }), 'killed');
  assert.equal(endCause({ heapUsed: 0, heapLimit: 0, tells: false }), undefined);
});
