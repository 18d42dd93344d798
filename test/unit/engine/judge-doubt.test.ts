import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeapGrowth, OwnerGrowth } from '../../../src/engine/growth.ts';
import { IdleFunctions } from '../../../src/engine/idle-functions.ts';
import { judgeGrowth } from '../../../src/engine/judge.ts';
import type { OwnerFacts } from '../../../src/engine/owner-facts.ts';

const XS = [0, 10, 20, 30, 40, 50];

function facts(className: string, objects: number): OwnerFacts {
  return {
    kind: 'listeners',
    display: 'stop.signal',
    containerClass: 'AbortSignal',
    nodeId: 1,
    holder: { how: 'variable', name: 'stop' },
    path: [],
    heldBy: [],
    gained: [{ className, objects, bytes: objects * 64, places: [] }],
    entries: [],
    partPlaces: [],
    also: [],
    alike: 1,
  };
}

const measures = (objects: number[]): { objects: number; bytes: number }[] =>
  objects.map((count) => ({ objects: count, bytes: count * 80 }));

function growth(owner: Partial<OwnerGrowth> & { objects: number[] }, more: Partial<HeapGrowth>): HeapGrowth {
  const { objects, ...rest } = owner;
  const series = measures(objects);
  const gained = objects[objects.length - 1] - objects[0];
  return {
    baseline: 0,
    owners: [{ facts: facts('Listener', gained), series, measuredItself: true, ...rest }],
    totals: measures(objects.map((count) => count + 30_000)),
    scripts: objects.map(() => 100),
    idle: new IdleFunctions(),
    classes: [],
    ...more,
  };
}

describe('judgeGrowth in doubt', () => {
  // While a request is under way its listener, and by it the whole chain, is held by the request too.
  const shared = [0, 0, 0, 0, 4800, 5000];

  it('tells by their class what functions under way held too', () => {
    const counts = [40, 1040, 2040, 3040, 4840, 5040];
    const classes = [{ className: 'Listener', counts, sizes: counts }];
    const judged = judgeGrowth(growth({ objects: shared }, { classes }), XS);
    assert.equal(judged.verdict, 'leak');
    assert.deepEqual(
      judged.leaks[0].points.map(({ objects }) => objects),
      [0, 1000, 2000, 3000, 4800, 5000],
    );
  });

  it('does not where the class came all at once, or is held by others', () => {
    const atOnce = [40, 40, 40, 40, 4840, 5040];
    const classes = [{ className: 'Listener', counts: atOnce, sizes: atOnce }];
    assert.notEqual(judgeGrowth(growth({ objects: shared }, { classes }), XS).verdict, 'leak');
    const elsewhere = [40, 9000, 20_000, 30_000, 40_000, 50_000];
    const others = [{ className: 'Listener', counts: elsewhere, sizes: elsewhere }];
    assert.notEqual(judgeGrowth(growth({ objects: shared }, { classes: others }), XS).verdict, 'leak');
  });

  it('asks the time where growth is uneven in what was allocated', () => {
    const objects = [167, 617, 1067, 1667, 1817, 2000];
    const allocated = [75, 161, 298, 437, 656, 900];
    const times = [378, 839, 1305, 2092, 2323, 2550];
    assert.equal(judgeGrowth(growth({ objects }, {}), allocated).verdict, 'inconclusive');
    assert.equal(judgeGrowth(growth({ objects }, {}), allocated, { otherXs: times }).verdict, 'leak');
  });

  it('takes what loading scripts leaves at the roots for no leak', () => {
    const objects = [0, 18_000, 22_000, 30_000, 36_000, 42_000];
    const loading = { scripts: [100, 103, 105, 107, 109, 111] };
    assert.equal(judgeGrowth(growth({ objects, root: 'root' }, loading), XS).verdict, 'no-leak');
    assert.equal(judgeGrowth(growth({ objects, root: 'root' }, {}), XS).verdict, 'leak');
    assert.equal(judgeGrowth(growth({ objects }, loading), XS).verdict, 'leak');
  });
});
