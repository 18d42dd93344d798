import assert from 'node:assert/strict';
import { it } from 'node:test';
import { watchTargetOf } from '../../../src/protocol/watch.ts';
import { finding } from '../../support/extension-data.ts';

it('watches listeners at the nearest of whom they listen to', () => {
  const entry = (nodeId: number, edge: string, className: string) => ({ nodeId, edge, className, name: '' });
  const found = finding({
    kind: 'listeners',
    owner: { className: 'AbortSignal', name: 'shutdown.signal', nodeId: 7 },
    retainingPath: [
      entry(1, '', 'process'),
      entry(2, '._events', 'Object'),
      entry(3, '.SIGINT', 'onInterrupt'),
      entry(4, '(closure) shutdown', 'AbortController'),
      entry(5, '.signal', 'AbortSignal'),
      entry(6, '[<symbol kEvents>]', 'SafeMap'),
      entry(7, '[entry]', 'Object'),
    ],
  });
  assert.deepEqual(watchTargetOf(found), { nodeId: 5 });
});
