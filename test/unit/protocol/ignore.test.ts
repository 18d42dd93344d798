import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Findings } from '../../../src/protocol/findings.ts';
import { type IgnoreEntry, withoutIgnored } from '../../../src/protocol/ignore.ts';
import { verdictSentence } from '../../../src/protocol/wording.ts';
import { finding, verdict } from '../../support/extension-data.ts';

const history = finding({ rule: { id: 'conversation-history', title: 'x' }, reasons: ['History grows.'] });
const cache = finding({
  id: 'map:cache:1',
  kind: 'map',
  confidence: 0.8,
  owner: { className: 'Map', name: 'cache', nodeId: 3 },
  reasons: ['The cache grows.'],
});
const two = verdict({
  findings: [history, cache],
  reasons: ['2 owners keep growing.', 'History grows.', 'A snapshot was left out.'],
});
const ignoring = (findings: Findings, ...entries: IgnoreEntry[]): Findings =>
  withoutIgnored(findings, { entries, problems: [] }, '2026-11-20');

it('leaves a verdict as it is that nothing is ignored of', () => {
  assert.equal(ignoring(two), two);
  assert.equal(ignoring(two, { owner: 'another', reason: 'x' }), two);
});

it('moves what is ignored aside, by fingerprint, rule or owner; the others count', () => {
  for (const by of [{ finding: 'f1' }, { rule: 'conversation-history' }, { owner: 'AgentMemory.messages' }]) {
    const { verdict, findings, ignored, confidence, reasons } = ignoring(two, {
      ...by,
      reason: 'short-lived',
    });
    assert.deepEqual([verdict, findings, confidence], ['leak', [cache], 0.8]);
    assert.deepEqual(ignored, [{ ...history, ignored: { reason: 'short-lived' } }]);
    assert.deepEqual(reasons, [
      'One owner keeps growing.',
      'The cache grows.',
      'A snapshot was left out.',
      '1 leak is ignored: `AgentMemory.messages` (short-lived).',
    ]);
  }
});

it('lists ten that count: those behind what is ignored are among them', () => {
  const many = Array.from({ length: 14 }, (_, i) => ({
    ...cache,
    id: `map:cache:${i}`,
    owner: { ...cache.owner, name: `cache${i}` },
  }));
  const all = verdict({ findings: many, reasons: ['14 owners keep growing.'] });
  const names = (findings: Findings) => findings.findings.map(({ owner }) => owner.name);
  const listed = ignoring(all);
  assert.deepEqual(names(listed), names(all).slice(0, 10));
  assert.equal(listed.reasons.at(-1), 'The first 10 of 14 leaks are listed.');
  const entries = many.slice(0, 12).map(({ owner }) => ({ owner: owner.name, reason: 'x' }));
  const rest = ignoring(all, ...entries);
  assert.deepEqual([rest.verdict, names(rest), rest.ignored?.length], ['leak', ['cache12', 'cache13'], 12]);
});

it('says no leak where all are ignored, and says which', () => {
  const entries = [
    { finding: 'f1', reason: 'short-lived', expires: '2026-11-20' },
    { owner: 'cache', reason: 'has ten keys' },
  ];
  const judged = ignoring(two, ...entries);
  assert.deepEqual([judged.verdict, judged.findings, judged.ignored?.length], ['no-leak', [], 2]);
  assert.deepEqual(judged.reasons, [
    '2 leaks are ignored: `AgentMemory.messages` (short-lived), `cache` (has ten keys).',
    'A snapshot was left out.',
  ]);
  assert.equal(judged.ignored?.[0].ignored?.expires, '2026-11-20');
  assert.equal(
    verdictSentence(judged),
    'nothing grows but what is ignored: `AgentMemory.messages`, `cache`.',
  );
  const unsure = ignoring({ ...two, verdict: 'inconclusive' }, ...entries);
  assert.match(unsure.reasons[0], /^2 suspects are ignored/);
});

it('counts again what has expired, and names it', () => {
  const judged = ignoring(two, { finding: 'f1', reason: 'until the release', expires: '2026-11-19' });
  assert.deepEqual([judged.verdict, judged.findings.length, judged.ignored], ['leak', 2, undefined]);
  assert.match(judged.reasons.at(-1)!, /was ignored until 2026-11-19 \(until the release\)/);
  const renewed = ignoring(
    two,
    { finding: 'f1', reason: 'old', expires: '2026-11-19' },
    { finding: 'f1', reason: 'new' },
  );
  assert.equal(renewed.ignored?.[0].ignored?.reason, 'new');
});

it('tells what is wrong with the file', () => {
  const problems = ['ignore.json:3:1: there is no rule `x`.'];
  const judged = withoutIgnored(two, { entries: [], problems }, '2026-11-20');
  assert.deepEqual(judged, { ...two, reasons: [...two.reasons, ...problems] });
});
