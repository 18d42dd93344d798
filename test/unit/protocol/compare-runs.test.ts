import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compareLeak, compareRuns, newLeaksOf } from '../../../src/protocol/compare-runs.ts';
import { finding, verdict } from '../../support/extension-data.ts';

const growth = (bytesPerStep: number | undefined, bytesPerSecond: number) => ({
  bytes: 1,
  objects: 1,
  bytesPerStep,
  bytesPerSecond,
  perSnapshot: [],
});
const other = finding({ id: 'other', owner: { className: 'Map', name: 'cache', nodeId: 3 }, kind: 'map' });

it('says fixed when nothing leaks any more', () => {
  const after = verdict({ verdict: 'no-leak', confidence: 0.9, findings: [] });
  const leak = finding();
  assert.deepEqual(compareRuns(verdict(), after), {
    outcome: 'fixed',
    leaks: [
      {
        leak,
        outcome: 'fixed',
        per: 'step',
        before: 20_000,
        after: 0,
        confidence: { before: 0.95, after: 0.9 },
      },
    ],
    newLeaks: [],
  });
});

it('does not say fixed when another leaks, which it names', () => {
  const { outcome, leaks, newLeaks } = compareRuns(verdict(), verdict({ findings: [other] }));
  assert.deepEqual([outcome, leaks[0].outcome, newLeaks], ['not-fixed', 'fixed', [other]]);
});

it('takes a leak that was there before for no new one', () => {
  const known = [finding(), other];
  assert.deepEqual(newLeaksOf(known, verdict({ findings: [other] })), []);
  const { outcome, newLeaks } = compareRuns(verdict({ findings: known }), verdict({ findings: [other] }));
  assert.deepEqual([outcome, newLeaks], ['not-fixed', []]);
});

it('says unchanged or smaller by the rate', () => {
  const outcome = (rate: number): string =>
    compareLeak(finding(), verdict({ findings: [finding({ growth: growth(rate, 9) }), other] })).outcome;
  assert.deepEqual([21_000, 15_000, 5000].map(outcome), ['unchanged', 'unchanged', 'smaller']);
});

it('knows the owner again though the line, and so the fingerprint, has moved', () => {
  const moved = finding({ id: 'f2', growth: growth(19_000, 9) });
  const { outcome, after } = compareLeak(finding(), verdict({ findings: [moved] }));
  assert.deepEqual([outcome, after], ['unchanged', 19_000]);
  assert.deepEqual(newLeaksOf([finding()], verdict({ findings: [moved] })), []);
});

it('compares by the second where one of the runs knows no steps', () => {
  const after = verdict({ findings: [finding({ growth: growth(undefined, 1000) })] });
  const { per, before, after: now, outcome } = compareLeak(finding(), after);
  assert.deepEqual([per, before, now, outcome], ['second', 100_000, 1000, 'smaller']);
});

it('claims nothing when the second run does not tell', () => {
  const after = verdict({ verdict: 'inconclusive', findings: [] });
  assert.equal(compareLeak(finding(), after).outcome, 'unknown');
  assert.equal(compareRuns(verdict(), after).outcome, 'inconclusive');
});

it('tells what is left of it where that is no leak, and doubts it beside another leak', () => {
  const left = (bytes: number) => ({
    growth: { bytes: 1, seconds: 20, steps: 10, slopeConfidence: 0.5 },
    notLeaks: [{ name: 'AgentMemory.messages', bytes, reason: 'It levelled off.' }],
  });
  const calm = compareLeak(finding(), verdict({ verdict: 'no-leak', findings: [], ...left(150_000) }));
  assert.deepEqual([calm.outcome, calm.after], ['fixed', 15_000]);
  const beside = (bytes: number) => compareLeak(finding(), verdict({ findings: [other], ...left(bytes) }));
  assert.deepEqual([beside(150_000).outcome, beside(1000).outcome], ['unknown', 'fixed']);
});

it('takes a leak that is ignored since for unchanged, not for fixed', () => {
  const ignored = { ...finding(), ignored: { reason: 'later' } };
  const after = verdict({ verdict: 'no-leak', findings: [], ignored: [ignored] });
  assert.equal(compareLeak(finding(), after).outcome, 'unchanged');
});
