/** A real leaky program, recorded twice, from its recording to the verdict. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { analyseRecording } from '../../../src/engine/analyse.ts';
import type { Finding, Findings } from '../../../src/protocol/findings.ts';
import type { ReportData } from '../../../src/protocol/report.ts';
import { Workshop } from '../../support/capture.ts';

/**
 * Four owners that grow, each held in its own way, and a cache that is soon full. It waits for a snapshot at each
 * tenth step, so that what is recorded does not hang on the machine's load.
 */
const AGENT = `import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
class Message { constructor(i) { this.text = 'message ' + i; } }
class AgentMemory {
  history = [];
  add(message) { this.history.push(message); }
}
class Registry {
  static byName = new Map();
  static add(name, tool) { this.byName.set(name, tool); }
}
const memory = new AgentMemory();
const shutdown = new AbortController();
globalThis.audit = {};
const lru = new Map();
// Beyond the module's end.
globalThis.app = { memory, Registry, shutdown, lru };
const snapshot = (n) => process.argv[2] + '/snapshots/000' + n + '.heapsnapshot';
for (let step = 1; step <= 60; step++) {
  for (let i = 0; i < 40; i++) {
    const id = 'id-' + step + '-' + i;
    memory.add(new Message(id));
    Registry.add(id, { tool: [id] });
    shutdown.signal.addEventListener('abort', () => memory.add(id));
    audit[id] = { at: [step] };
    lru.set((step * 40 + i) % 200, { id });
  }
  console.log('step', step);
  for (let i = 0; step % 10 === 0 && i < 2000 && !existsSync(snapshot(step / 10)); i++) await sleep(10);
}
`;

let shop: Workshop;
const runs: ReportData[] = [];
const folders: string[] = [];
let program: string;
before(async () => {
  shop = await Workshop.open();
  program = await shop.file('agent.mjs', AGENT);
  for (let i = 0; i < 2; i++) {
    const out = shop.nextOut();
    const command = [process.execPath, program, out];
    // One at each tenth step, by hand, and none by itself but the last.
    const { recording } = await shop.run(
      command,
      { out, stepOn: /^step/, every: 1e9 },
      (event, { controls }) => {
        if (event.type === 'step' && event.step % 10 === 0) controls.snapshot();
      },
    );
    folders.push(recording.dir);
    runs.push(await analyseRecording({ recordingDir: recording.dir }));
  }
});
after(() => shop.close());

const lineOf = (text: string) => AGENT.slice(0, AGENT.indexOf(text)).split('\n').length;
const named = ({ findings }: Findings, name: string): Finding => {
  const found = findings.find(({ owner }) => owner.name === name);
  assert.ok(found, `${name} is not among ${findings.map(({ owner }) => owner.name).join(', ')}`);
  return found;
};

test('each owner is found by its name, kind and storing line', () => {
  const { findings } = runs[0];
  assert.equal(findings.verdict, 'leak');
  for (const [name, kind, store] of [
    ['AgentMemory.history', 'array', 'this.history.push'],
    ['Registry.byName', 'map', 'this.byName.set'],
    ['globalThis.audit', 'dictionary', 'audit[id] ='],
  ]) {
    const finding = named(findings, name);
    assert.deepEqual([finding.kind, finding.storeSite?.line], [kind, lineOf(store)], name);
    assert.equal(finding.storeSite?.path, program);
    assert.match(finding.title, new RegExp(`at agent.mjs:${lineOf(store)}\\.$`));
  }
  const listeners = findings.findings.find(({ kind }) => kind === 'listeners');
  assert.equal(listeners?.storeSite?.line, lineOf('shutdown.signal.addEventListener'));
  assert.match(listeners!.owner.name, /signal$/);
  assert.ok(!findings.findings.some(({ owner }) => owner.name === 'lru'));
});

test('growth is counted by the step', () => {
  const { growth } = named(runs[0].findings, 'AgentMemory.history');
  // A message and its text.
  assert.ok(growth.objectsPerStep! >= 40 && growth.objectsPerStep! < 85, String(growth.objectsPerStep));
  const steps = growth.perSnapshot.map(({ step }) => step!);
  assert.deepEqual(steps, [10, 20, 30, 40, 50, 60, 60]);
});

test('what is written keeps to the schema', () => {
  const text = readFileSync(new URL('../../../src/protocol/findings.schema.json', import.meta.url), 'utf8');
  const schema = new Ajv2020({ strict: false }).compile(JSON.parse(text));
  for (const { findings } of runs) {
    assert.ok(schema(JSON.parse(JSON.stringify(findings))), JSON.stringify(schema.errors));
  }
});

test('the same recording gives the same findings, byte for byte', async () => {
  const again = await analyseRecording({ recordingDir: folders[0] });
  assert.equal(JSON.stringify(again), JSON.stringify(runs[0]));
});

test('another run of the program gives the same fingerprints, each owner its own', () => {
  const [ids, others] = runs.map(({ findings }) => findings.findings.map(({ id }) => id).sort());
  assert.deepEqual(ids, others);
  assert.ok(ids.length >= 4);
  assert.equal(new Set(ids).size, ids.length);
});

test('bare snapshots of it: the same owners by name, without lines, steps or times', async () => {
  // Without the one at the end, which comes after the last step.
  const files = runs[0].timeline.snapshots
    .slice(0, -1)
    .map(({ index }) => join(folders[0], 'snapshots', `${String(index).padStart(4, '0')}.heapsnapshot`));
  const { findings } = await analyseRecording({ snapshotFiles: files });
  assert.equal(findings.verdict, 'leak');
  const { growth, storeSite } = named(findings, 'AgentMemory.history');
  assert.deepEqual(
    [growth.bytesPerStep, growth.bytesPerSecond, storeSite],
    [undefined, undefined, undefined],
  );
  assert.equal(findings.growth.seconds, 0);
});

test('one snapshot says nothing of growth', async () => {
  const file = join(folders[0], 'snapshots', '0001.heapsnapshot');
  const { findings } = await analyseRecording({ snapshotFiles: [file] });
  assert.equal(findings.verdict, 'inconclusive');
  assert.deepEqual([findings.findings, findings.growth.slopeConfidence], [[], 0]);
  assert.match(findings.reasons[0], /Only one whole snapshot was recorded: a verdict needs two/);
});
