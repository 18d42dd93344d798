import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Model } from '../../../src/extension/model.ts';
import { childrenOf, type Node } from '../../../src/extension/nodes.ts';
import type { Row } from '../../../src/extension/row.ts';
import { callerSite, mainSite, placesOf, rowOf } from '../../../src/extension/rows.ts';
import type { Findings } from '../../../src/protocol/findings.ts';
import { finding, recordingInfo, snapshotEntry, targetSpec, verdict } from '../../support/extension-data.ts';

const l10n = {
  t: (text: string, ...args: (string | number | boolean)[]): string =>
    text.replace(/\{(\d)\}/g, (_, index) => String(args[index])),
};
const row = (model: Model, node: Node, now = 3000): Row => rowOf(model, node, l10n, now)!;

/** `kind label | description`, indented by depth: the tree with all of it unfolded. */
function tree(model: Model, node?: Node, depth = 0): string[] {
  return childrenOf(model, node).flatMap((child) => {
    const { label, description } = row(model, child);
    const text = description === undefined ? label : `${label} | ${description}`;
    return [`${'  '.repeat(depth)}${child.kind} ${text}`, ...tree(model, child, depth + 1)];
  });
}

function live(): Model {
  const model = new Model();
  model.addTarget(targetSpec('s1', { name: 'agent.js [4711]' }));
  model.setTarget({ spec: targetSpec('s1'), state: 'live', runtime: 'Node.js 24.1.0', pid: 4711 });
  for (let at = 0; at <= 30_000; at += 1000)
    model.addReading('s1', { at, heapUsed: 40e6 + at * 35, heapTotal: 60e6, rss: 90e6 });
  return model;
}

it('shows a target that is not recorded with its memory and what can be done', () => {
  assert.deepEqual(tree(live()), [
    'target agent.js',
    '  memory 41 MB | ▁▂▃▄▅▆▇█  +2.1 MB/min  rss 90 MB',
    '  state Record',
  ]);
});

it('shows no memory before it was read', () => {
  const model = new Model();
  model.addTarget(targetSpec('s1', { name: 'agent.js' }));
  assert.deepEqual(tree(model), ['target agent.js', '  state Record']);
});

it('reads out words and figures, and no block characters', () => {
  const model = live();
  model.setRecording(recordingInfo('/r/a', { target: 's1' }));
  const [target] = childrenOf(model, undefined);
  const { spoken, tooltip, context } = row(model, target);
  assert.equal(spoken, 'agent.js, being recorded');
  assert.match(tooltip!, /^agent\.js \[4711\] · Node\.js 24\.1\.0 · process 4711$/);
  assert.equal(context, 'target.recording');
  const memory = row(model, childrenOf(model, target)[0]);
  assert.equal(memory.spoken, 'agent.js: heap in use 41 MB, changes by +2.1 MB a minute, resident set 90 MB');
  assert.match(memory.tooltip!, /Heap in use: 41 MB of 60 MB/);
});

it('tells two processes of one program apart', () => {
  const model = live();
  model.addTarget(targetSpec('s2', { name: 'agent.js [4712]' }));
  assert.deepEqual(
    childrenOf(model, undefined).map((node) => row(model, node).label),
    ['agent.js [4711]', 'agent.js [4712]'],
  );
});

it('shows a recording under its target: state, leaks with their paths, snapshots, latest first', () => {
  const model = live();
  const snapshots = [
    snapshotEntry(1, { reason: 'warm-up' }),
    snapshotEntry(2, { step: 40, reason: 'manual' }),
  ];
  model.setRecording(
    recordingInfo('/r/a', {
      target: 's1',
      steps: 40,
      snapshots,
      findings: verdict(),
      taking: { reason: 'manual', since: 1000, bytes: 12e6 },
    }),
  );
  assert.deepEqual(tree(model).slice(2), [
    '  state Recording | 12 s · 40 steps · taking a snapshot: 12 MB, 2 s',
    '  finding AgentMemory.messages | +2 MB  +20 kB/step  memory.js:6',
    '    path agent.js | Module',
    '    path .messages | messages  Array',
    '  snapshots Snapshots | 2',
    '    snapshot Snapshot 2 | 2 s · 6 MB · step 40 · by hand',
    '    snapshot Snapshot 1 | 1 s · 6 MB · after warm-up',
  ]);
});

it('shows what a snapshot holds and gained, once that is known', () => {
  const totals = { nodes: 204_311, edges: 1_000_000, size: 10_100_000 };
  const gains = [{ className: 'Mes\u202esage', count: 5000, size: 400_000 }];
  const model = live();
  const snapshots = [
    snapshotEntry(1, { totals }),
    snapshotEntry(2, { totals: { ...totals, since: 1, gained: 2_430_000, gains } }),
    snapshotEntry(3, { totals: { ...totals, since: 2, gained: -300_000, gains: [] } }),
  ];
  model.setRecording(recordingInfo('/r/a', { target: 's1', snapshots }));
  assert.deepEqual(
    tree(model).filter((line) => / snapshot /.test(line)),
    [
      '    snapshot Snapshot 3 | 3 s · 10.1 MB · -300 kB · on schedule',
      '    snapshot Snapshot 2 | 2 s · 10.1 MB · +2.43 MB · on schedule',
      '    snapshot Snapshot 1 | 1 s · 10.1 MB · on schedule',
    ],
  );
  const [snapshot] = snapshots.slice(1);
  const node = { kind: 'snapshot', id: '', dir: '/r/a', snapshot } as const;
  assert.deepEqual(row(model, node).tooltip?.split('\n').slice(2), [
    'It holds 204,311 objects, 10.1 MB.',
    'Since snapshot 1: +2.43 MB.',
    '    Mes\\u{202e}sage: +5,000, +400 kB',
    'snapshots/0002.heapsnapshot, 6 MB on disk',
  ]);
});

it('keeps the run that just ended in sight, others below', () => {
  const model = live();
  model.setRecordings([
    recordingInfo('/r/old', {
      state: 'ended',
      createdAt: '',
      findings: verdict({ verdict: 'no-leak', findings: [] }),
    }),
  ]);
  const dir = '/r/a';
  model.setRecording(recordingInfo(dir, { target: 's1' }));
  model.setRecording(
    recordingInfo(dir, {
      target: 's1',
      state: 'ended',
      createdAt: '',
      findings: verdict({ verdict: 'inconclusive' }),
    }),
  );
  model.removeTarget('s1');
  assert.deepEqual(tree(model), [
    'recording agent.js | inconclusive',
    '  verdict Inconclusive | It grew in every snapshot.',
    'recordings Earlier Recordings',
    '  recording agent.js | no leak',
    '    verdict No leak',
  ]);
});

it('shows a recording that is analysed after its target is gone', () => {
  const model = live();
  model.setRecording(recordingInfo('/r/a', { target: 's1', createdAt: '' }));
  model.removeTarget('s1');
  model.setRecording(recordingInfo('/r/a', { target: 's1', createdAt: '', state: 'analysing' }));
  assert.deepEqual(tree(model), ['recording agent.js | analysing', '  verdict Not judged yet']);
});

it('does not call an inconclusive verdict a leak', () => {
  const model = live();
  model.setRecording(recordingInfo('/r/a', { target: 's1', findings: verdict({ verdict: 'inconclusive' }) }));
  assert.ok(tree(model).every((line) => !line.includes('finding')));
});

it('keeps the ids of nodes while what they show changes', () => {
  const model = live();
  const ids = (): string[] => {
    const all = (node?: Node): Node[] => childrenOf(model, node).flatMap((child) => [child, ...all(child)]);
    return all().map(({ id }) => id);
  };
  model.setRecording(
    recordingInfo('/r/a', { target: 's1', snapshots: [snapshotEntry(1)], findings: verdict() }),
  );
  const before = ids();
  assert.equal(new Set(before).size, before.length);
  model.addReading('s1', { at: 31_000, heapUsed: 50e6, heapTotal: 60e6 });
  const grown = finding({ growth: { bytes: 9e6, objects: 9, perSnapshot: [] } });
  model.setRecording(
    recordingInfo('/r/a', {
      target: 's1',
      snapshots: [snapshotEntry(1)],
      findings: verdict({ findings: [grown] }),
    }),
  );
  assert.deepEqual(ids(), before);
});

it('says why a target is not reached', () => {
  const model = live();
  model.setTarget({ spec: targetSpec('s1'), state: 'failed', failure: 'No way.' });
  assert.deepEqual(tree(model), ['target agent.js | not reached', '  state No way.']);
});

it('escapes what could be mistaken for something else', () => {
  const model = live();
  const owner = { className: 'Array', name: 'a\u202eb\nc', nodeId: 9 };
  model.setRecording(
    recordingInfo('/r/a', { target: 's1', findings: verdict({ findings: [finding({ owner })] }) }),
  );
  assert.match(tree(model).join('\n'), /finding a\\u\{202e\}b\\nc \|/);
});

it("names the line that stores it first, and the user's own that leads into a package", () => {
  const library = {
    url: 'file:///w/node_modules/x/i.js',
    path: '/w/node_modules/x/i.js',
    line: 1,
    column: 1,
  };
  const own = { url: 'file:///w/a.js', path: '/w/a.js', line: 2, column: 1 };
  const inPackage = finding({ storeSite: library, userSite: own });
  assert.deepEqual([mainSite(inPackage), callerSite(inPackage)], [library, own]);
  assert.equal(placesOf(inPackage), 'i.js:1 ← a.js:2');
  const inOwn = finding({ storeSite: own, userSite: own });
  assert.deepEqual([mainSite(inOwn), callerSite(inOwn), placesOf(inOwn)], [own, undefined, 'a.js:2']);
  assert.equal(mainSite(finding({ storeSite: undefined, userSite: own })), own);
});

it('shows what is ignored after what counts, greyed, with the reason, and menus of its own', () => {
  const model = live();
  const rule = { id: 'conversation-history', title: 'Conversation history without a window' };
  const ignored = finding({
    id: 'f2',
    rule,
    owner: { className: 'Map', name: 'cache', nodeId: 3 },
    ignored: { reason: 'has ten keys', expires: '2027-01-31' },
  });
  const show = (findings: Findings): Row[] => {
    model.setRecording(recordingInfo('/r/a', { target: 's1', state: 'ended', findings, final: true }));
    return childrenOf(model, { kind: 'recording', id: 'x', dir: '/r/a', latest: true })
      .filter(({ kind }) => kind === 'finding' || kind === 'verdict')
      .map((node) => row(model, node));
  };
  const [counts, left] = show(verdict({ ignored: [ignored] }));
  assert.match(counts.context, /^finding\.counts\.store/);
  assert.deepEqual([left.icon, left.color], ['circle-slash', 'disabledForeground']);
  assert.match(left.description!, /^ignored: has ten keys {2}\+2 MB/);
  assert.match(left.context, /^finding\.ignored\.rule\.store/);
  assert.match(left.tooltip!, /^Ignored until 2027-01-31$/m);
  assert.match(left.tooltip!, /^Rule: Conversation history without a window$/m);
  assert.match(left.spoken!, /^Ignored leak: cache, ignored: has ten keys, /);
  const rows = show(verdict({ verdict: 'no-leak', findings: [], ignored: [ignored] }));
  assert.deepEqual(
    rows.map(({ label }) => label),
    ['No leak', 'cache'],
  );
});
