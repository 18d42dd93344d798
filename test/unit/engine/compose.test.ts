import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { progressAxis } from '../../../src/engine/axis.ts';
import { composeFindings } from '../../../src/engine/compose.ts';
import type { ExternalGrowth } from '../../../src/engine/external.ts';
import { externalGrowth } from '../../../src/engine/external.ts';
import { fingerprint } from '../../../src/engine/fingerprint.ts';
import type { OwnerGrowth } from '../../../src/engine/growth.ts';
import { judgeGrowth } from '../../../src/engine/judge.ts';
import { SiteFinder } from '../../../src/engine/sites.ts';
import type { Findings, Site } from '../../../src/protocol/findings.ts';
import type { SnapshotEntry } from '../../../src/protocol/recording.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { Scripts } from '../source/support.ts';
import { facts, growth, memory, owner, snapshot, source } from './support.ts';

const MEMORY = `class AgentMemory {
  history = [];
  add(message) {
    this.history.push(message);
  }
}
`;

let parser: SyntaxParser;
let scripts: Scripts;
before(async () => {
  parser = await SyntaxParser.create();
  scripts = new Scripts({ 'memory.js': MEMORY });
});
after(() => {
  parser.dispose();
  scripts[Symbol.dispose]();
});

const STEADY = [100, 300, 500, 700, 900, 1100];
const stepped = STEADY.map((_, i) => snapshot(i + 1, { step: 2 + 4 * i }));
const timed = STEADY.map((_, i) => snapshot(i + 1));
const bare = STEADY.map((_, i) => snapshot(i + 1, { activeMs: 0, t: 0 }));

const schema = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(new URL('../../../src/protocol/findings.schema.json', import.meta.url), 'utf8')),
);

async function compose(
  owners: OwnerGrowth[],
  snapshots: SnapshotEntry[] = stepped,
  external?: ExternalGrowth,
): Promise<Findings> {
  const grown = growth(owners);
  const axis = progressAxis(snapshots);
  const { findings } = await composeFindings({
    source: source({ snapshots, warnings: ['A warning.'] }),
    snapshots,
    axis,
    growth: grown,
    judgement: judgeGrowth(grown, axis.xs),
    external,
    finder: new SiteFinder(scripts.map, parser, []),
    map: scripts.map,
  });
  assert.ok(schema(findings), JSON.stringify(schema.errors));
  return findings;
}

const inMemory = () => {
  const declaredAt = scripts.at('AgentMemory');
  return facts({
    path: [
      { edge: '', name: 'agent', className: 'AgentMemory', nodeId: 11, place: declaredAt },
      { edge: '.history', name: 'history', className: 'Array', nodeId: 77 },
    ],
    holder: { how: 'field', name: 'history', className: 'AgentMemory', declaredAt },
  });
};

test('with steps: what gained how much a step, stored where', async () => {
  const findings = await compose([owner(STEADY, { facts: inMemory() })]);
  assert.equal(findings.verdict, 'leak');
  const [first] = findings.findings;
  assert.equal(
    first.title,
    '`AgentMemory.history` (Array) gained 1,000 objects, 100 kB, over 20 steps: 5 kB a step, never released.' +
      ' Pushed at memory.js:4.',
  );
  assert.deepEqual(
    [first.storeSite?.line, first.storeSite?.path, first.userSite?.line],
    [4, scripts.path('memory.js'), 4],
  );
  const { perSnapshot, ...rates } = first.growth;
  assert.deepEqual(rates, {
    bytes: 100_000,
    objects: 1000,
    bytesPerStep: 5000,
    objectsPerStep: 50,
    bytesPerSecond: 22_222,
    objectsPerSecond: 222,
  });
  assert.deepEqual(perSnapshot[0], { snapshot: 1, time: 900, step: 2, bytes: 0, objects: 0 });
  assert.deepEqual(perSnapshot[5], { snapshot: 6, time: 5400, step: 22, bytes: 100_000, objects: 1000 });
  assert.match(first.reasons.join(' '), /Net 50 objects a step in the first half, 50 in the second\./);
  assert.match(first.reasons.join(' '), /6 snapshots, each after a full garbage collection/);
  assert.deepEqual(
    first.retainingPath.map(({ edge, name, site }) => [edge, name, site?.line]),
    [
      ['', 'agent', 1],
      ['.history', 'history', undefined],
      ['[…]', 'history[]', undefined],
    ],
  );
  assert.deepEqual(
    { ...findings.growth, slopeConfidence: undefined },
    {
      bytes: 100_000,
      bytesPerStep: 5000,
      steps: 20,
      bytesPerSecond: 22_222,
      seconds: 4.5,
      slopeConfidence: undefined,
    },
  );
  assert.ok(findings.growth.slopeConfidence > 0.99);
  assert.equal(findings.reasons.at(-1), 'A warning.');
});

test('without steps by the second; of bare files by neither', async () => {
  const [byTime] = (await compose([owner(STEADY)], timed)).findings;
  assert.match(byTime.title, /over 4\.5 s: 22\.2 kB a second, never released\./);
  assert.deepEqual(Object.keys(byTime.growth).sort(), [
    'bytes',
    'bytesPerSecond',
    'objects',
    'objectsPerSecond',
    'perSnapshot',
  ]);
  const findings = await compose([owner(STEADY)], bare);
  assert.match(findings.findings[0].title, /100 kB, over the snapshots given, never released\./);
  assert.deepEqual(Object.keys(findings.findings[0].growth).sort(), ['bytes', 'objects', 'perSnapshot']);
  assert.equal(findings.growth.seconds, 0);
});

test('snapshots at which the owner was lent out are not among its points', async () => {
  const lent = [100, 300, 0, 700, 900, 1100];
  const grown = { ...growth([owner(lent)]), totals: growth([owner(STEADY)]).totals };
  const axis = progressAxis(stepped);
  const { findings } = await composeFindings({
    source: source({ snapshots: stepped }),
    snapshots: stepped,
    axis,
    growth: grown,
    judgement: judgeGrowth(grown, axis.xs),
    finder: new SiteFinder(scripts.map, parser, []),
    map: scripts.map,
  });
  assert.deepEqual(
    findings.findings[0].growth.perSnapshot.map((point) => point.snapshot),
    [1, 2, 4, 5, 6],
  );
});

test('by growth, but what no code is seen to hold comes last', async () => {
  const runtime = facts({
    display: 'timers',
    kind: 'timers',
    path: [],
    holder: { how: 'unknown', name: '' },
  });
  const findings = await compose([
    owner(
      STEADY.map((n) => 50 * n),
      { facts: runtime },
    ),
    owner(STEADY, { facts: inMemory() }),
    owner(
      STEADY.map((n) => 2 * n),
      { facts: { ...inMemory(), display: 'AgentMemory.log' } },
    ),
  ]);
  assert.deepEqual(
    findings.findings.map(({ owner }) => owner.name),
    ['AgentMemory.log', 'AgentMemory.history', 'timers'],
  );
  assert.equal(findings.reasons[0], '3 owners keep growing.');
});

test('of what is sound, one line for each name', async () => {
  const filled = [100, 900, 1000, 1000, 1000, 1000];
  const findings = await compose([
    owner(filled),
    owner(filled.map((n) => 2 * n)),
    owner(filled, { facts: facts({ display: 'cache' }) }),
  ]);
  assert.equal(findings.verdict, 'no-leak');
  assert.deepEqual(
    findings.notLeaks?.map(({ name, bytes }) => [name, bytes]),
    [
      ['AgentMemory.history', 270_000],
      ['cache', 90_000],
    ],
  );
  assert.match(findings.notLeaks![0].reason, /levelled off/);
  assert.ok(findings.reasons.every((reason, i, all) => all.indexOf(reason) === i));
});

test('what is unsettled says why once, in its own finding', async () => {
  const findings = await compose([owner([100, 600, 1100])], stepped.slice(0, 3));
  assert.equal(findings.verdict, 'inconclusive');
  const own = new Set(findings.findings[0].reasons);
  assert.deepEqual(
    findings.reasons.filter((reason) => own.has(reason)),
    [],
  );
  assert.doesNotMatch(findings.findings[0].title, /never released/);
});

const outside = (bytes: (index: number) => number) =>
  externalGrowth(
    stepped,
    progressAxis(stepped).xs,
    stepped.map(({ t, index }) => memory(t + 101, { external: bytes(index) })),
  )!;

test('memory outside the heap that keeps growing is a leak of its own', async () => {
  const still = owner([100, 100, 100, 100, 100, 100]);
  const findings = await compose(
    [still],
    stepped,
    outside((i) => i * 10e6),
  );
  assert.equal(findings.verdict, 'leak');
  const [first] = findings.findings;
  assert.match(first.title, /^Memory outside the JavaScript heap gained 50 MB over 20 steps: 2\.5 MB a step/);
  assert.equal(first.kind, 'external-memory');
  assert.equal(first.growth.perSnapshot.at(-1)?.bytes, 50e6);
  assert.ok(findings.growth.slopeConfidence > 0.99);
});

test('a leak in the heap that explains most of it stands alone; a lesser one stands beside it', async () => {
  const big = owner(STEADY.map((n) => 100 * n));
  const explained = await compose(
    [big],
    stepped,
    outside((i) => i * 2e6),
  );
  assert.deepEqual(
    explained.findings.map(({ kind }) => kind),
    ['array'],
  );
  const both = await compose(
    [owner(STEADY)],
    stepped,
    outside((i) => i * 2e6),
  );
  assert.deepEqual(both.findings.map(({ kind }) => kind).sort(), ['array', 'external-memory']);
  assert.match(both.reasons.join(' '), /outside the JavaScript heap keeps growing too/);
});

test('thin evidence outside the heap makes a sound heap inconclusive, and does not join a sure leak', async () => {
  const unsettled = outside((i) => [0, 0, 30, 50, 63, 72, 78][i] * 1e6);
  assert.equal(unsettled.verdict.trend, 'unsettled');
  const sound = await compose([owner([100, 100, 100, 100, 100, 100])], stepped, unsettled);
  assert.equal(sound.verdict, 'inconclusive');
  const leak = await compose([owner(STEADY)], stepped, unsettled);
  assert.deepEqual(
    leak.findings.map(({ kind }) => kind),
    ['array'],
  );
});

test('a fingerprint says who holds what, stored where: not ids, lines or folders', () => {
  const store: Site = {
    url: 'file:///a/memory.js',
    path: '/a/app/memory.js',
    line: 4,
    column: 5,
    function: 'add',
  };
  const id = fingerprint(facts(), store);
  assert.match(id, /^array:AgentMemory\.history:[0-9a-f]{8}$/);
  const moved = { ...store, path: '/b/app/memory.js', line: 40 };
  assert.equal(fingerprint(facts({ nodeId: 5, path: [], gained: [] }), moved), id);
  const shaped = (name: string) =>
    fingerprint(facts({ kind: 'object', containerClass: name, display: name }), store);
  assert.equal(shaped('{a, b}'), shaped('{b, c, …}'));
  const others = [
    fingerprint(facts({ holder: { how: 'field', name: 'log', className: 'AgentMemory' } }), store),
    fingerprint(facts({ holder: { how: 'field', name: 'history', className: 'Planner' } }), store),
    fingerprint(facts({ kind: 'map' }), store),
    fingerprint(facts(), { ...store, function: 'load' }),
    fingerprint(facts(), { ...store, path: '/a/app/planner.js' }),
    fingerprint(facts(), undefined),
  ];
  assert.equal(new Set([id, ...others]).size, 7);
});
