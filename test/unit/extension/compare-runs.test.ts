import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compareRuns } from '../../../src/extension/compare-runs.ts';
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
  const after = verdict({ verdict: 'no-leak', findings: [] });
  assert.deepEqual(compareRuns(finding(), after), {
    outcome: 'fixed',
    per: 'step',
    before: 20_000,
    after: 0,
    others: 0,
  });
});

it('says fixed, and that another leaks', () => {
  const { outcome, others } = compareRuns(finding(), verdict({ findings: [other] }));
  assert.deepEqual([outcome, others], ['fixed', 1]);
});

it('says unchanged or smaller by the rate', () => {
  const outcome = (rate: number): string =>
    compareRuns(finding(), verdict({ findings: [finding({ growth: growth(rate, 9) }), other] })).outcome;
  assert.deepEqual([21_000, 15_000, 5000].map(outcome), ['unchanged', 'unchanged', 'smaller']);
});

it('knows the owner again though the line, and so the fingerprint, has moved', () => {
  const moved = finding({ id: 'f2', growth: growth(19_000, 9) });
  assert.deepEqual(compareRuns(finding(), verdict({ findings: [moved] })), {
    outcome: 'unchanged',
    per: 'step',
    before: 20_000,
    after: 19_000,
    others: 0,
  });
});

it('compares by the second where one of the runs knows no steps', () => {
  const after = verdict({ findings: [finding({ growth: growth(undefined, 1000) })] });
  const { per, before, after: now, outcome } = compareRuns(finding(), after);
  assert.deepEqual([per, before, now, outcome], ['second', 100_000, 1000, 'smaller']);
});

it('claims nothing when the second run does not tell', () => {
  assert.equal(compareRuns(finding(), verdict({ verdict: 'inconclusive', findings: [] })).outcome, 'unknown');
});
