import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { HeaplineError } from '../../../src/base/errors.ts';
import { readAddress } from '../../../src/cli/record.ts';
import type { Hooks, Recorded, Recorder, RunRequest } from '../../../src/cli/recorder.ts';
import type { RecordingEvent } from '../../../src/protocol/recording.ts';
import { runHeapline } from '../../support/cli-io.ts';
import { cleanReport, leakReport } from '../../support/report-data.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'heapline-record-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** A recorder whose program ends with `recorded` after `during`. */
function programThat(
  recorded: Recorded,
  during: (hooks: Hooks) => void | Promise<void> = () => {},
): { recorder: Partial<Recorder>; requests: RunRequest[] } {
  const requests: RunRequest[] = [];
  return {
    requests,
    recorder: {
      async run(request, hooks) {
        requests.push(request);
        mkdirSync(request.folder, { recursive: true });
        await during(hooks);
        return recorded;
      },
    },
  };
}
const leak = { analyse: leakReport() };

test("the judge's call: JSON, findings in the recording, the program's own exit code", async () => {
  for (const exitCode of [0, 3]) {
    const { recorder, requests } = programThat({ exitCode });
    const argv = ['run', '--out', 'rec.heapline', '--json', 'out.json', '--step-on', '"batch"'];
    const { code, stdout, asked } = await runHeapline([...argv, '--', 'node', '--expose-gc', 'agent.mjs'], {
      cwd,
      recorder,
      answers: leak,
    });
    assert.equal(code, exitCode);
    assert.equal(stdout, '', "standard output is the program's");
    const folder = join(cwd, 'rec.heapline');
    assert.deepEqual(asked, [{ method: 'analyse', params: { recordingDir: folder } }]);
    for (const file of ['out.json', 'rec.heapline/findings.json']) {
      assert.deepEqual(JSON.parse(readFileSync(join(cwd, file), 'utf8')), leakReport().findings);
    }
    const [{ command, stepOn, stdin }] = requests;
    assert.deepEqual(command, ['node', '--expose-gc', 'agent.mjs']);
    assert.ok(stepOn!.test('{"batch":1}'));
    assert.equal(stdin, 'inherit');
    writeFileSync(join(folder, 'recording.json'), '{"format":"heapline-recording/1"}');
  }
});

test('the verdict goes to standard error; --json - to standard output; --quiet leaves errors only', async () => {
  const { recorder } = programThat({ exitCode: 0 });
  const plain = await runHeapline(['run', '--', 'node', 'a.mjs'], { cwd, recorder, answers: leak });
  assert.equal(plain.stdout, '');
  assert.match(plain.stderr, /^heapline: Recording into a-\d{8}-\d{6}\.heapline\. Ctrl-C ends it\.\n/);
  assert.match(plain.stderr, /leak/i);
  const quiet = await runHeapline(['run', '-q', '--out', 'q', '--json', '-', '--', 'node', 'a.mjs'], {
    cwd,
    recorder,
    answers: leak,
  });
  assert.equal(quiet.stderr, '');
  assert.deepEqual(JSON.parse(quiet.stdout), leakReport().findings);
});

test("exit codes: signals, --fail-on-leak only where the program's own is 0", async () => {
  const end = async (recorded: Recorded, answers: { analyse: ReturnType<typeof leakReport> }) => {
    const argv = ['run', '-q', '--fail-on-leak', '--', 'node', 'a.mjs'];
    return (await runHeapline(argv, { cwd, recorder: programThat(recorded).recorder, answers })).code;
  };
  assert.equal(await end({ exitCode: 0 }, leak), 1);
  assert.equal(await end({ exitCode: 0 }, { analyse: cleanReport() }), 0);
  assert.equal(await end({ exitCode: 5 }, leak), 5);
  assert.equal(await end({ signal: 'SIGTERM' }, leak), 143);
  assert.equal(await end({ signal: 'SIGKILL' }, leak), 137);
});

test('options reach the recorder in its units', async () => {
  const { recorder, requests } = programThat({ exitCode: 0 });
  await runHeapline(
    ['run', '--every', '30s', '--snapshots', '5', '--every-steps', '10', '--on-growth', '20%'].concat([
      '--disk-budget',
      '2GB',
      '--max-pause',
      '10%',
      '--',
      'node',
      'a.mjs',
    ]),
    { cwd, recorder, answers: leak },
  );
  const { everyMs, snapshots, everySteps, onGrowth, diskBudget, pauseBudget } = requests[0];
  assert.deepEqual(
    { everyMs, snapshots, everySteps, onGrowth, diskBudget, pauseBudget },
    {
      everyMs: 30_000,
      snapshots: 5,
      everySteps: 10,
      onGrowth: 0.2,
      diskBudget: 2e9,
      pauseBudget: 0.1,
    },
  );
  for (const argv of [
    ['--on-growth', 'much'],
    ['--on-growth', '0%'],
    ['--max-pause', '3s'],
  ]) {
    const { code, stderr } = await runHeapline(['run', ...argv, '--', 'node', 'a'], { cwd, recorder });
    assert.equal(code, 64);
    assert.match(stderr, /is not a share/);
  }
});

test('analysis fails: what was kept and how to go on', async () => {
  const answers = { analyse: new HeaplineError('too-large', 'Out of memory.', { hint: 'Buy some.' }) };
  const call = (recorded: Recorded) =>
    runHeapline(['run', '--out', 'rec', '--', 'node', 'a'], { cwd, ...programThat(recorded), answers });
  const failed = await call({ exitCode: 0 });
  assert.equal(failed.code, 71);
  assert.match(
    failed.stderr,
    /Out of memory\. The recording is whole: rec\. Buy some\. heapline open rec analyses it again\.\n$/,
  );
  writeFileSync(join(cwd, 'rec', 'recording.json'), '{"format":"heapline-recording/1"}');
  assert.equal((await call({ exitCode: 9 })).code, 9, "the program's own failure comes first");
});

test('a result that can not be written: the verdict is told all the same', async () => {
  const { recorder } = programThat({ exitCode: 0 });
  const { code, stderr } = await runHeapline(
    ['run', '--out', 'rec', '--json', 'no/where.json', '--', 'node', 'a'],
    { cwd, recorder, answers: leak },
  );
  assert.equal(code, 66);
  assert.match(stderr, /leak[\s\S]*Can't write no\/where\.json.*The recording is whole: rec/i);
});

test('the program can not be started', async () => {
  const recorder: Partial<Recorder> = {
    run: () => Promise.reject(new HeaplineError('launch-failed', 'There is no program nope.')),
  };
  const { code, stderr } = await runHeapline(['run', '--', 'nope'], { cwd, recorder });
  assert.equal(code, 69);
  assert.match(stderr, /There is no program nope\.\n$/);
});

test('--html', async () => {
  writeFileSync(join(cwd, 'report.js'), '"the script"');
  writeFileSync(join(cwd, 'report.css'), 'body { color: red }');
  const { recorder } = programThat({ exitCode: 0 });
  const { code, stderr } = await runHeapline(['run', '--html', 'r.html', '--', 'node', 'a'], {
    cwd,
    recorder,
    answers: leak,
    dist: pathToFileURL(`${cwd}/`),
  });
  assert.equal(code, 0);
  assert.match(stderr, /; the report: r\.html\.\n$/);
  assert.match(readFileSync(join(cwd, 'r.html'), 'utf8'), /^<!doctype html>/i);
});

test('an earlier recording is kept, a foreign folder refused before the program starts', async () => {
  mkdirSync(join(cwd, 'rec.heapline'));
  writeFileSync(join(cwd, 'rec.heapline', 'recording.json'), '{"format":"heapline-recording/1"}');
  const { recorder, requests } = programThat({ exitCode: 0 });
  const argv = ['--', 'node', 'a'];
  const kept = await runHeapline(['run', '--out', 'rec.heapline', ...argv], { cwd, recorder, answers: leak });
  assert.match(kept.stderr, /Kept the earlier recording as rec\.old\.heapline\./);
  assert.ok(existsSync(join(cwd, 'rec.old.heapline', 'recording.json')));
  mkdirSync(join(cwd, 'src'));
  writeFileSync(join(cwd, 'src', 'agent.mjs'), '');
  const refused = await runHeapline(['run', '--out', 'src', ...argv], { cwd, recorder });
  assert.equal(refused.code, 64);
  assert.deepEqual(readdirSync(join(cwd, 'src')), ['agent.mjs']);
  assert.equal(requests.length, 1);
});

test('by hand: Enter and SIGUSR2 take a snapshot, signals stop; nothing stays joined', async () => {
  const signals = new EventEmitter();
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const done: string[] = [];
  const { recorder, requests } = programThat({ signal: 'SIGINT' }, async ({ onReady }) => {
    signals.emit('SIGUSR2'); // Too early: nothing to do, and no harm.
    onReady({ takeSnapshot: () => done.push('snapshot'), stop: () => done.push('stop') });
    stdin.write('\n');
    await new Promise(setImmediate);
    for (const signal of ['SIGUSR2', 'SIGINT', 'SIGTERM', 'SIGHUP']) signals.emit(signal);
  });
  const { code, stderr } = await runHeapline(['run', '--', 'node', 'a'], {
    cwd,
    recorder,
    signals,
    stdin,
    answers: leak,
  });
  assert.deepEqual(done, ['snapshot', 'snapshot', 'stop', 'stop', 'stop']);
  assert.equal(code, 130);
  assert.equal(requests[0].stdin, 'ignore');
  assert.match(stderr, /Enter takes a snapshot/);
  assert.deepEqual(signals.eventNames(), []);
  assert.equal(stdin.listenerCount('data'), 0);
});

test('--stdin gives the keyboard to the program', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const { recorder, requests } = programThat({ exitCode: 0 }, () => {
    assert.equal(stdin.listenerCount('data'), 0);
  });
  await runHeapline(['run', '--stdin', '--', 'node', 'a'], { cwd, recorder, stdin, answers: leak });
  assert.equal(requests[0].stdin, 'inherit');
});

test('what happens while it records is told, made harmless', async () => {
  const events: RecordingEvent[] = [
    { type: 'snapshot', t: 1, index: 2, file: 'x', bytes: 5_000_000, pauseMs: 300, reason: 'step', step: 10 },
    { type: 'note', t: 2, level: 'warning', message: 'Odd\x1b[2J thing.' },
    { type: 'note', t: 2, level: 'info', message: 'Not worth a line.' },
    { type: 'step', t: 3, step: 11, source: 'output' },
  ];
  const { recorder } = programThat({ exitCode: 0 }, ({ onEvent }) => events.forEach(onEvent));
  const { stderr } = await runHeapline(['run', '--', 'node', 'a'], { cwd, recorder, answers: leak });
  assert.match(
    stderr,
    /\nheapline: Snapshot 2 after step 10: 5 MB, 300 ms pause\.\nheapline: Odd\\x1b\[2J thing\.\n/,
  );
  assert.doesNotMatch(stderr, /worth/);
});

test('attach: addresses, exit code 0', async () => {
  assert.deepEqual(readAddress('127.0.0.1:9229'), { host: '127.0.0.1', port: 9229 });
  assert.deepEqual(readAddress('localhost:1'), { host: 'localhost', port: 1 });
  assert.deepEqual(readAddress('9229'), { host: '127.0.0.1', port: 9229 });
  assert.deepEqual(readAddress('[::1]:9229'), { host: '::1', port: 9229 });
  assert.deepEqual(readAddress('ws://127.0.0.1:9229/some-id'), { host: '127.0.0.1', port: 9229 });
  for (const bad of ['', 'host', 'host:', 'host:99999', 'host:0', 'a:b:1', '::1:9229']) {
    assert.equal(readAddress(bad), undefined, bad);
  }
  const asked: unknown[] = [];
  const { code, stderr } = await runHeapline(['attach', '9229'], {
    cwd,
    answers: leak,
    recorder: {
      async attach(address) {
        asked.push(address);
        return {};
      },
    },
  });
  assert.equal(code, 0);
  assert.deepEqual(asked, [{ host: '127.0.0.1', port: 9229 }]);
  assert.match(stderr, /Recording into port-9229-/);
});
