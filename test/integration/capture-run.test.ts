/** Real programs under `recordRun`, on several versions of Node: what is recorded, and that they don't notice. */
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HeaplineError } from '../../src/base/errors.ts';
import { ofType, type Recorded, Workshop } from '../support/capture.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

let shop: Workshop;
before(async () => {
  shop = await Workshop.open();
  await shop.file('agent.mjs', AGENT);
  await shop.file('package.json', JSON.stringify({ scripts: { agent: 'node agent.mjs' } }));
});
after(() => shop.close());

/** Keeps a message a step, for about a second, and ends as it is told. */
const AGENT = `
import { setTimeout as sleep } from 'node:timers/promises';
class Message { constructor(i) { this.text = 'message ' + i; } }
const history = [];
globalThis.session = { history };
for (let step = 1; step <= Number(process.env.STEPS ?? 8); step++) {
  for (let i = 0; i < 100; i++) history.push(new Message(i));
  console.log('step', step);
  await sleep(100);
}
process.on('exit', (code) => console.log('exit handler', code));
const end = process.env.END;
if (end === 'code') process.exitCode = 4;
if (end === 'exit') { setTimeout(() => process.exit(5), 20); await new Promise(() => setInterval(() => {}, 1000)); }
if (end === 'exit-in-exit') { process.on('exit', () => process.exit(6)); }
if (end === 'throw') throw new Error('thrown');
if (end === 'reject') Promise.reject(new Error('rejected'));
`;

const ended = (recorded: Recorded): unknown[] => [
  recorded.outcome.reason,
  recorded.outcome.exitCode,
  recorded.outcome.signal,
  recorded.outcome.failure,
];

async function countOf(recorded: Recorded, text: string, which: number): Promise<number> {
  const { dir, snapshots } = recorded.recording;
  const file = await readFile(join(dir, snapshots.at(which)!.file), 'utf8');
  return file.split(text).length - 1;
}

/** The ways to end are gone through where the inspector differs most; the rest shows that the others agree. */
const ENDINGS = [
  ['code', 4, /exit handler 4/],
  ['exit', 5, /exit handler 5/],
  ['exit-in-exit', 6, /exit handler 0/],
  ['throw', 1, /thrown/],
  ['reject', 1, /rejected/],
] as const;

for (const major of [18, 20, 22, 24, 26] as NodeMajor[]) {
  describe(`a program on Node ${major}`, { concurrency: 1 }, () => {
    let node: string;
    before(async () => {
      node = await nodeBinary(major);
    });

    it('is recorded from its first line to its natural end', async () => {
      const recorded = await shop.run([node, 'agent.mjs'], { stepOn: /^step/ });
      assert.deepEqual(ended(recorded), ['exit', 0, undefined, undefined]);
      const { recording, stdout } = recorded;
      assert.match(stdout, /^step 1\n.*step 8\nexit handler 0\n$/s);
      assert.deepEqual(recording.problems, []);
      assert.ok(recording.snapshots.length >= 3, `${recording.snapshots.length} snapshots`);
      assert.equal(recording.snapshots.at(-1)?.reason, 'end');
      assert.equal(recording.snapshots.at(-1)?.step, 8);
      for (const { file, bytes } of recording.snapshots) {
        const path = join(recording.dir, file);
        assert.equal((await stat(path)).size, bytes);
        assert.match((await readFile(path, 'utf8')).trimEnd(), /^\{"snapshot":.*\}$/s);
      }
      // Strings of the last step are in the last snapshot; the program had not begun at the first sample.
      assert.ok((await countOf(recorded, '"message 99"', -1)) === 1);
      assert.equal(ofType(recording, 'step').length, 8);
      assert.equal(ofType(recording, 'id-reset').length, 0);
      assert.ok(ofType(recording, 'memory').length >= 4);
      assert.ok(ofType(recording, 'gc').length > 0);
      assert.equal(recording.profiles.length >= recording.snapshots.length, true);
      const profile = await recording.readProfile(recording.profiles.at(-1)!.index);
      assert.equal(profile.head.callFrame.functionName, '(root)');
      assert.equal(recording.manifest.runtime.version.startsWith(`v${major}.`), true);
      const script = recording.scripts.find(({ url }) => url.endsWith('/agent.mjs'));
      assert.ok(script);
      assert.equal(script.source, undefined);
      assert.equal(recording.manifest.end?.exitCode, 0);
    });

    for (const [end, code, says] of major === 20 || major === 24 ? ENDINGS : ENDINGS.slice(1, 2)) {
      it(`keeps its exit code and gets a last snapshot: ${end}`, async () => {
        const recorded = await shop.run([node, 'agent.mjs'], {
          env: { ...process.env, END: end, STEPS: '2' },
          snapshots: 2,
        });
        assert.deepEqual(ended(recorded), ['exit', code, undefined, undefined]);
        assert.match(recorded.stdout + recorded.stderr, says);
        assert.equal(recorded.recording.snapshots.at(-1)?.reason, 'end');
        assert.equal(await countOf(recorded, '"message 99"', -1), 1);
      });
    }

    it('is recorded in a busy loop', async () => {
      const busy = `for (const end = Date.now() + 2500; Date.now() < end; ) JSON.stringify({ at: Date.now() });`;
      const recorded = await shop.run([node, '-e', busy], { snapshots: 2 });
      assert.deepEqual(ended(recorded), ['exit', 0, undefined, undefined]);
      assert.deepEqual(
        recorded.recording.snapshots.map(({ reason }) => reason),
        ['warm-up', 'end'],
      );
    });
  });
}

describe('a command that leads to Node', { concurrency: 1 }, () => {
  const roles = ({ recording }: Recorded): string[] =>
    ofType(recording, 'process').flatMap(({ role, event }) => (event === 'start' ? [role] : []));

  it('through a shell', { skip: process.platform === 'win32' }, async () => {
    const recorded = await shop.run(['sh', '-c', 'echo before; node agent.mjs; exit 9']);
    assert.deepEqual(ended(recorded), ['exit', 9, undefined, undefined]);
    assert.equal(recorded.recording.manifest.end?.exitCode, 0, "the program's own");
    assert.match(recorded.stdout, /^before\nstep 1\n/);
    assert.deepEqual(roles(recorded), ['target']);
  });

  it('through npm run', async () => {
    const env = { ...process.env, END: 'code' };
    const recorded = await shop.run(['npm', 'run', '--silent', 'agent'], { env });
    assert.deepEqual(ended(recorded), ['exit', 4, undefined, undefined]);
    assert.deepEqual(roles(recorded), ['wrapper', 'target']);
    assert.match(ofType(recorded.recording, 'process')[1].argv!.join(' '), /agent\.mjs$/);
  });

  it('through npx tsx, with the running text of what it compiled', async () => {
    await shop.file(
      'typed.ts',
      `const kept: string[] = [];\nfor (const x of ['a', 'b'] as const) kept.push(x);\nObject.assign(globalThis, { keep: () => kept });\n`,
    );
    const recorded = await shop.run(['npx', '--no-install', 'tsx', join(shop.folder, 'typed.ts')], {
      cwd: join(import.meta.dirname, '..', '..'),
    });
    assert.deepEqual(ended(recorded), ['exit', 0, undefined, undefined]);
    // esbuild, in tsx, has a worker of its own.
    const others = roles(recorded).filter((role) => role !== 'worker');
    assert.deepEqual(others, ['wrapper', 'wrapper', 'target']);
    const script = recorded.recording.scripts.find(({ url }) => url.includes('typed.ts'));
    assert.ok(script?.source, 'the running text is saved');
    const text = await readFile(join(recorded.recording.dir, script.source), 'utf8');
    assert.doesNotMatch(text, /as const/);
    assert.match(text, /sourceMappingURL=data:/);
    assert.equal(script.sourceMapUrl, undefined);
  });

  it('that starts more of Node: children and workers run undisturbed', async () => {
    await shop.file(
      'parent.mjs',
      `
import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
const worker = new Worker('require("worker_threads").parentPort.postMessage("worker " + process.execArgv.length)', { eval: true });
await new Promise((resolve) => worker.once('message', (text) => { console.log(text); resolve(); }));
console.log(execFileSync(process.execPath, ['-e', 'console.log("child", require("inspector").url())']).toString().trim());
`,
    );
    const recorded = await shop.run(['node', 'parent.mjs']);
    assert.deepEqual(ended(recorded), ['exit', 0, undefined, undefined]);
    assert.equal(recorded.stdout, 'worker 0\nchild undefined\n');
    assert.deepEqual(roles(recorded), ['target', 'worker', 'child']);
  });

  it('marks its steps itself, and is left no marks', async () => {
    await shop.file(
      'marks.mjs',
      `
import { setTimeout as sleep } from 'node:timers/promises';
performance.mark('mine');
for (let i = 0; i < 3; i++) { await sleep(150); performance.mark('heapline.step', { detail: 'turn ' + i }); }
await sleep(50);
console.log(performance.getEntriesByType('mark').map((entry) => entry.name).join());
`,
    );
    const { recording, stdout } = await shop.run(['node', 'marks.mjs']);
    assert.equal(stdout, 'mine\n');
    assert.deepEqual(
      ofType(recording, 'step').map(({ step, source, name }) => [step, source, name]),
      [
        [1, 'mark', 'turn 0'],
        [2, 'mark', 'turn 1'],
        [3, 'mark', 'turn 2'],
      ],
    );
    assert.ok(recording.snapshots.some(({ reason }) => reason === 'step'));
  });

  it('that never becomes Node', { skip: process.platform === 'win32' }, async () => {
    const out = shop.nextOut();
    const { recordRun } = await import('../../src/capture/run.ts');
    const outcome = await recordRun({ command: ['sh', '-c', 'exit 3'], out, version: '0', stdin: 'ignore' });
    assert.equal(outcome.exitCode, 3);
    assert.ok(HeaplineError.is(outcome.failure, 'launch-failed'));
    await assert.rejects(stat(out));
    const missing = recordRun({ command: ['./no-such-program'], out, version: '0' });
    await assert.rejects(missing, (error) => HeaplineError.is(error, 'launch-failed'));
    await assert.rejects(stat(out));
  });
});
