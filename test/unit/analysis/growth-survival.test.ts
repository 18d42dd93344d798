import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTotals } from '../../../src/analysis/growth-live.ts';
import { bornSince, newestId, sampleIds, survivals } from '../../../src/analysis/growth-survival.ts';
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

test('of entries whose parts are replaced, the entries are asked', () => {
  const ids = new Map<string, number>();
  const at = (sessions: number, round: number) => {
    const drawing = new Drawing(ids);
    drawing.node('sessions', { name: 'Map' }, ['root', 'property', 'sessions']);
    for (let i = 0; i < sessions; i++) {
      drawing.node(`session ${i}`, { name: 'Session' }, ['sessions', 'internal', String(i)]);
      for (let n = 0; n < 4; n++) {
        drawing.node(`${round}: message ${n} of ${i}`, { name: 'Message' }, [
          `session ${i}`,
          'element',
          String(n),
        ]);
      }
    }
    const heap = drawing.heap();
    return { heap, live: liveTotals(heap) };
  };
  const baseline = at(1, 1);
  const midway = at(60, 2);
  const end = at(120, 3);
  const [share] = survivals(
    midway.heap,
    midway.live,
    [owner(ids.get('sessions')!)],
    sampleIds(end.heap, end.live),
    newestId(baseline.heap),
  );
  assert.ok(share! > 0.9, `all sessions are there yet: ${share}`);
});

test('what one new container holds turns over, though the container stays', () => {
  const ids = new Map<string, number>();
  const at = (from: number, to: number) => {
    const drawing = new Drawing(ids);
    drawing.node('timers', { name: 'Timers' }, ['root', 'property', 'timers']);
    if (to) drawing.node('list', { name: 'List' }, ['timers', 'property', 'list']);
    for (let i = from; i < to; i++)
      drawing.node(`timer ${i}`, { name: 'Timeout' }, ['list', 'element', String(i)]);
    const heap = drawing.heap();
    return { heap, live: liveTotals(heap) };
  };
  const newest = newestId(at(0, 0).heap);
  const midway = at(0, 100);
  const end = at(95, 200);
  const owners = [owner(ids.get('timers')!)];
  const [share] = survivals(midway.heap, midway.live, owners, sampleIds(end.heap, end.live), newest);
  assert.ok(share! < 0.1, `of the timers next to none is: ${share}`);
  assert.deepEqual(bornSince(end.heap, end.live, owners, newestId(midway.heap)), [100]);
});
