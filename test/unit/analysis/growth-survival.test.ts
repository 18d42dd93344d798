import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTotals } from '../../../src/analysis/growth-live.ts';
import { newestId, sampleIds, survivals } from '../../../src/analysis/growth-survival.ts';
import { Drawing } from '../../support/drawing.ts';

/** A process in which a store and a cache each hold the entries `from` to `to` at three moments. */
function process() {
  const ids = new Map<string, number>();
  return (store: [number, number], cache: [number, number], entryName = 'Entry') => {
    const drawing = new Drawing(ids);
    for (const [name, [from, to]] of Object.entries({ store, cache })) {
      drawing.node(name, { name: 'Map' }, ['root', 'property', name]);
      for (let i = from; i < to; i++) {
        drawing.node(`${name} ${i}`, { name: entryName }, [name, 'internal', String(i)]);
      }
    }
    const heap = drawing.heap();
    const idOf = (name: string): number => ids.get(name)!;
    return { heap, live: liveTotals(heap), idOf };
  };
}

const owner = (anchorId: number) => ({ anchorId, excludedIds: [] });

test('what is kept survives, what turns over does not; what the baseline held is not asked for', () => {
  const at = process();
  const baseline = at([0, 50], [0, 50]);
  const midway = at([0, 150], [20, 150]);
  const end = at([0, 300], [125, 400]);
  const owners = [owner(midway.idOf('store')), owner(midway.idOf('cache'))];
  const sample = sampleIds(end.heap, end.live);
  const shares = survivals(midway.heap, midway.live, owners, sample, newestId(baseline.heap));
  assert.deepEqual(shares, [1, 0.25]);
});

test('an id that another kind of object has taken over is none that survived', () => {
  const at = process();
  const baseline = at([0, 1], [0, 1]);
  const midway = at([0, 101], [0, 1]);
  const end = at([0, 101], [0, 1], 'Other');
  const owners = [owner(midway.idOf('store')), owner(midway.idOf('cache'))];
  const shares = survivals(
    midway.heap,
    midway.live,
    owners,
    sampleIds(end.heap, end.live),
    newestId(baseline.heap),
  );
  assert.deepEqual(shares, [0, undefined], 'of one object nothing is said');
});
