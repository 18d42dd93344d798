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
import type { CaptureHooks, CaptureOutcome, RecordingUnderWay } from '../../../src/capture/options.ts';
import type { RunOptions } from '../../../src/capture/run.ts';
import type { Io } from '../../../src/cli/io.ts';
import type { RecordingEvent } from '../../../src/protocol/recording.ts';
import { runHeapline } from '../../support/cli-io.ts';
import { cleanReport, leakReport } from '../../support/report-data.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'heapline-record-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

type End = Partial<CaptureOutcome>;

const STARTED: RecordingEvent = { type: 'process', t: 0, event: 'start', role: 'target', pid: 1 };

/** A recorder whose program ends so after `during`. */
function programThat(
  end: End,
  during: (hooks: CaptureHooks) => void | Promise<void> = () => {},
): { recordRun: Io['recordRun']; runs: RunOptions[] } {
  const runs: RunOptions[] = [];
  return {
    runs,
    async recordRun(options, hooks = {}) {
      runs.push(options);
      if (end.snapshots !== 0) mkdirSync(options.out, { recursive: true });
      hooks.onEvent?.(STARTED);
      await during(hooks);
      return { recordingDir: options.out, snapshots: 3, reason: 'exit', ...end };
    },
  };
}
const leak = { analyse: leakReport() };

test("the judge's call: JSON, findings in the recording, the program's own exit code", async () => {
  for (const exitCode of [0, 3]) {
    const { recordRun, runs } = programThat({ exitCode });
    const argv = ['run', '--out', 'rec.heapline', '--json', 'out.json', '--step-on', '"batch"'];
    const { code, stdout, asked } = await runHeapline([...argv, '--', 'node', '--expose-gc', 'agent.mjs'], {
      cwd,
      recordRun,
      answers: leak,
    });
    assert.equal(code, exitCode);
    assert.equal(stdout, '', "standard output is the program's");
    const folder = join(cwd, 'rec.heapline');
    assert.deepEqual(asked, [{ method: 'analyse', params: { recordingDir: folder } }]);
    for (const file of ['out.json', 'rec.heapline/findings.json']) {
      assert.deepEqual(JSON.parse(readFileSync(join(cwd, file), 'utf8')), leakReport().findings);
    }
    const [{ command, stepOn, stdin }] = runs;
    assert.deepEqual(command, ['node', '--expose-gc', 'agent.mjs']);
    assert.ok(stepOn!.test('{"batch":1}'));
    assert.equal(stdin, 'inherit');
    writeFileSync(join(folder, 'recording.json'), '{"format":"heapline-recording/1"}');
  }
});

test('the verdict goes to standard error; --json - to standard output; --quiet leaves errors only', async () => {
  const { recordRun } = programThat({ exitCode: 0 });
  const plain = await runHeapline(['run', '--', 'node', 'a.mjs'], { cwd, recordRun, answers: leak });
  assert.equal(plain.stdout, '');
  assert.match(plain.stderr, /^heapline: Recording into a-\d{8}-\d{6}\.heapline\. Ctrl-C ends it\.\n/);
  assert.match(plain.stderr, /leak/i);
  const quiet = await runHeapline(['run', '-q', '--out', 'q', '--json', '-', '--', 'node', 'a.mjs'], {
    cwd,
    recordRun,
    answers: leak,
  });
  assert.equal(quiet.stderr, '');
  assert.deepEqual(JSON.parse(quiet.stdout), leakReport().findings);
});

test("exit codes: signals, --fail-on-leak only where the program's own is 0", async () => {
  const end = async (recorded: End, answers: { analyse: ReturnType<typeof leakReport> }) => {
    const argv = ['run', '-q', '--fail-on-leak', '--', 'node', 'a.mjs'];
    return (await runHeapline(argv, { cwd, recordRun: programThat(recorded).recordRun, answers })).code;
  };
  assert.equal(await end({ exitCode: 0 }, leak), 1);
  assert.equal(await end({ exitCode: 0 }, { analyse: cleanReport() }), 0);
  assert.equal(await end({ exitCode: 5 }, leak), 5);
  assert.equal(await end({ signal: 'SIGTERM' }, leak), 143);
  assert.equal(await end({ signal: 'SIGKILL' }, leak), 137);
});

test('what cut the recording short is told last, and is an exit code of its own', async () => {
  const full = new HeaplineError('disk-full', 'The disk is full.', { hint: 'Free some space.' });
  const end = (recorded: End, ...more: string[]) =>
    runHeapline(['run', ...more, '--', 'node', 'a.mjs'], {
      cwd,
      recordRun: programThat(recorded).recordRun,
      answers: leak,
    });
  const cut = await end({ exitCode: 0, failure: full });
  assert.equal(cut.code, 74);
  assert.match(
    cut.stderr,
    /heapline: The recording: a-.* It was cut short: The disk is full\. Free some space\.\n$/,
  );
  assert.equal((await end({ exitCode: 3, failure: full })).code, 3, "the program's own comes first");
  assert.equal((await end({ exitCode: 0, failure: full }, '--fail-on-leak')).code, 1);
  const budget = await end({ exitCode: 0, failure: new HeaplineError('too-large', 'No room.') });
  assert.equal(budget.code, 0, 'a disk budget is no failure');
  assert.match(budget.stderr, /No room\.\n$/);
});

test('--every-steps where no such step came: said, with what to do', async () => {
  const run = (snapshots: number) =>
    runHeapline(['run', '--every-steps', '10', '--', 'node', 'a.mjs'], {
      cwd,
      recordRun: programThat({ exitCode: 0, snapshots }).recordRun,
      answers: leak,
    });
  assert.match((await run(1)).stderr, /No snapshot came of --every-steps 10: .* --step-on/);
  assert.doesNotMatch((await run(2)).stderr, /No snapshot came/);
});

test('options reach the recorder in its units', async () => {
  const { recordRun, runs } = programThat({ exitCode: 0 });
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
    { cwd, recordRun, answers: leak },
  );
  const { every, snapshots, everySteps, onGrowth, diskBudget, pauseBudget } = runs[0];
  assert.deepEqual(
    { every, snapshots, everySteps, onGrowth, diskBudget, pauseBudget },
    {
      every: 30_000,
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
    const { code, stderr } = await runHeapline(['run', ...argv, '--', 'node', 'a'], { cwd, recordRun });
    assert.equal(code, 64);
    assert.match(stderr, /is not a share/);
  }
});

test('analysis fails: what was kept and how to go on', async () => {
  const answers = { analyse: new HeaplineError('too-large', 'Out of memory.', { hint: 'Buy some.' }) };
  const call = (recorded: End) =>
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
  const { recordRun } = programThat({ exitCode: 0 });
  const { code, stderr } = await runHeapline(
    ['run', '--out', 'rec', '--json', 'no/where.json', '--', 'node', 'a'],
    { cwd, recordRun, answers: leak },
  );
  assert.equal(code, 66);
  assert.match(stderr, /leak[\s\S]*Can't write no\/where\.json.*The recording is whole: rec/i);
});

test('nothing was recorded: why, and an exit code other than 0', async () => {
  const refused = await runHeapline(['run', '--', 'nope'], {
    cwd,
    recordRun: () => Promise.reject(new HeaplineError('launch-failed', 'There is no program nope.')),
  });
  assert.equal(refused.code, 69);
  assert.equal(refused.stderr, 'heapline: There is no program nope.\n');

  const failure = new HeaplineError('launch-failed', 'No Node.', { hint: 'Use Node.' });
  const call = async (end: End) =>
    runHeapline(['run', '--', 'make'], { cwd, ...programThat({ snapshots: 0, ...end }) });
  const noNode = await call({ exitCode: 0, failure });
  assert.deepEqual([noNode.code, noNode.asked], [69, []]);
  assert.match(noNode.stderr, /No Node\. Use Node\.\n$/);
  assert.equal((await call({ exitCode: 2, failure })).code, 2);
  assert.equal((await call({ signal: 'SIGKILL', failure })).code, 69, 'the signal was ours');
  assert.equal((await call({ signal: 'SIGKILL' })).code, 137, "the signal was somebody else's");
  const early = await call({ exitCode: 0, reason: 'target-gone' });
  assert.equal(early.code, 69);
  assert.match(early.stderr, /before a first snapshot/);
});

test('a recording that failed leaves the earlier one where it was', async () => {
  mkdirSync(join(cwd, 'rec'));
  writeFileSync(join(cwd, 'rec', 'recording.json'), '{"format":"heapline-recording/1"}');
  await runHeapline(['run', '--out', 'rec', '--', 'nope'], {
    cwd,
    recordRun: () => Promise.reject(new HeaplineError('launch-failed', 'There is no program nope.')),
  });
  assert.ok(existsSync(join(cwd, 'rec', 'recording.json')));
});

test('--html', async () => {
  writeFileSync(join(cwd, 'package.json'), '{"version":"1.2.3"}');
  mkdirSync(join(cwd, 'dist'));
  writeFileSync(join(cwd, 'dist', 'report.js'), '"the script"');
  writeFileSync(join(cwd, 'dist', 'report.css'), 'body { color: red }');
  const { recordRun, runs } = programThat({ exitCode: 0 });
  const { code, stderr } = await runHeapline(['run', '--html', 'r.html', '--', 'node', 'a'], {
    cwd,
    recordRun,
    answers: leak,
    dist: pathToFileURL(join(cwd, 'dist', '/')),
  });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /; the report: r\.html\.\n$/);
  assert.equal(runs[0].version, '1.2.3');
  assert.match(readFileSync(join(cwd, 'r.html'), 'utf8'), /^<!doctype html>/i);
});

test('an earlier recording is kept, a foreign folder refused before the program starts', async () => {
  mkdirSync(join(cwd, 'rec.heapline'));
  writeFileSync(join(cwd, 'rec.heapline', 'recording.json'), '{"format":"heapline-recording/1"}');
  const { recordRun, runs } = programThat({ exitCode: 0 });
  const argv = ['--', 'node', 'a'];
  const kept = await runHeapline(['run', '--out', 'rec.heapline', ...argv], {
    cwd,
    recordRun,
    answers: leak,
  });
  assert.match(kept.stderr, /The recording that was there is now rec\.old\.heapline\./);
  assert.ok(existsSync(join(cwd, 'rec.old.heapline', 'recording.json')));
  mkdirSync(join(cwd, 'src'));
  writeFileSync(join(cwd, 'src', 'agent.mjs'), '');
  const refused = await runHeapline(['run', '--out', 'src', ...argv], { cwd, recordRun });
  assert.equal(refused.code, 64);
  assert.deepEqual(readdirSync(join(cwd, 'src')), ['agent.mjs']);
  assert.equal(runs.length, 1);
});

test('by hand: Enter and SIGUSR2 take a snapshot, signals stop; nothing stays joined', async () => {
  const signals = new EventEmitter();
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const done: string[] = [];
  const { recordRun, runs } = programThat({ signal: 'SIGINT' }, async ({ controls }) => {
    signals.emit('SIGUSR2'); // Kept until the recorder listens.
    controls!.listen((request) => done.push(Object.values(request).join(' ')));
    stdin.write('\n');
    await new Promise(setImmediate);
    for (const signal of ['SIGUSR2', 'SIGINT', 'SIGTERM', 'SIGHUP']) signals.emit(signal);
  });
  const { code, stderr } = await runHeapline(['run', '--', 'node', 'a'], {
    cwd,
    recordRun,
    signals,
    stdin,
    answers: leak,
  });
  assert.deepEqual(done, [
    ...['snapshot', 'snapshot', 'snapshot'],
    ...['interrupt SIGINT', 'interrupt SIGTERM', 'interrupt SIGHUP'],
  ]);
  assert.equal(code, 130);
  assert.equal(runs[0].stdin, 'ignore');
  assert.match(stderr, /Enter takes a snapshot/);
  assert.deepEqual(signals.eventNames(), []);
  assert.equal(stdin.listenerCount('data'), 0);
});

test('--stdin gives the keyboard to the program', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const { recordRun, runs } = programThat({ exitCode: 0 }, () => {
    assert.equal(stdin.listenerCount('data'), 0);
  });
  await runHeapline(['run', '--stdin', '--', 'node', 'a'], { cwd, recordRun, stdin, answers: leak });
  assert.equal(runs[0].stdin, 'inherit');
});

test('what happens while it records is told, made harmless', async () => {
  const events: RecordingEvent[] = [
    { type: 'snapshot', t: 1, index: 2, file: 'x', bytes: 5_000_000, pauseMs: 300, reason: 'step', step: 10 },
    { type: 'note', t: 2, level: 'warning', message: 'Odd\x1b[2J thing.' },
    { type: 'note', t: 2, level: 'error', message: 'It broke.' },
    { type: 'step', t: 3, step: 11, source: 'output' },
  ];
  const { recordRun } = programThat({ exitCode: 0 }, ({ onEvent }) => {
    for (const event of events) onEvent!(event);
  });
  const { stderr } = await runHeapline(['run', '--', 'node', 'a'], { cwd, recordRun, answers: leak });
  assert.match(
    stderr,
    /\nheapline: Snapshot 2 after step 10: 5 MB, 300 ms pause\.\nheapline: Odd\\x1b\[2J thing\.\n/,
  );
  assert.equal(stderr.split('Recording into').length, 2);
  const quiet = await runHeapline(['run', '-q', '--', 'node', 'a'], { cwd, recordRun, answers: leak });
  assert.equal(quiet.stderr, 'heapline: It broke.\n');
});

test("attach: the exit code is not the program's", async () => {
  const asked: string[] = [];
  const { code, stderr } = await runHeapline(['attach', '9229'], {
    cwd,
    answers: leak,
    async recordAttached(address, options, hooks = {}) {
      asked.push(address);
      hooks.onEvent?.(STARTED);
      mkdirSync(options.out);
      return { recordingDir: options.out, snapshots: 2, reason: 'exit', exitCode: 4 };
    },
  });
  assert.equal(code, 0);
  assert.deepEqual(asked, ['9229']);
  assert.match(stderr, /Recording into attach-/);
  const { code: refused } = await runHeapline(['attach', '--step-on', 'done', '9229'], { cwd });
  assert.equal(refused, 64, 'its output is not seen');
});

test('--prove: what a verdict meanwhile names is watched, once, until the end; without it nothing is', async () => {
  const report = leakReport();
  const [first] = report.findings.findings;
  const named = (nodeId: number, kind = first.kind): typeof first => ({
    ...first,
    kind,
    owner: { ...first.owner, nodeId },
  });
  // A closure can't be watched, and of the rest there are more than three.
  report.findings.findings = [named(1, 'closure'), named(2), named(3), named(4, 'map'), named(5)];
  const watched: number[] = [];
  const watches: RecordingUnderWay['watches'] = {
    async watch({ id, owner: { nodeId, className } }) {
      watched.push(nodeId);
      const seen = { inserts: 40, removes: 2, unseen: 0, seconds: 1, end: 'enough' as const, stacks: [] };
      return { nodeId, className, finding: id, ...seen };
    },
  };
  const during = async (hooks: CaptureHooks): Promise<void> => {
    hooks.onRecording?.({ watches, keepFiles: () => ({ dispose() {} }) });
    for (let index = 1; index <= 6; index++) {
      const file = `snapshots/000${index}.heapsnapshot`;
      hooks.onEvent?.({ type: 'snapshot', t: index, index, file, bytes: 9, pauseMs: 1, reason: 'schedule' });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const { recordRun } = programThat({}, during);
  const words = ['--', 'node', 'agent.mjs'];
  const run = (argv: string[]): ReturnType<typeof runHeapline> =>
    runHeapline(['run', ...argv, ...words], { cwd, recordRun, answers: { analyse: report } });
  await run(['--out', 'a.heapline']);
  assert.deepEqual(watched, []);
  const { stderr } = await run(['--out', 'b.heapline', '--prove']);
  assert.deepEqual(watched, [2, 3, 4]);
  assert.equal(stderr.match(/Watched .*: 40 inserts, 2 removed\./g)!.length, 3);
});

test('budgets: of the command line before those of the nearest file; an alert fails where that is asked for', async () => {
  mkdirSync(join(cwd, '.heapline'));
  const file = join(cwd, '.heapline', 'budgets.json');
  writeFileSync(
    file,
    '{ "version": 1, "budgets": { "rss": "1GB", "gcPause": false }, "onCrossing": ["collect"] }',
  );
  const { recordRun, runs } = programThat({ exitCode: 0 });
  const passed = (level: 'warn' | 'alert') => {
    const report = cleanReport();
    const budgets = [{ budget: 'rss' as const, level, value: 6e8, limit: 5e8, times: 1, t: 5 }];
    return { analyse: { ...report, findings: { ...report.findings, budgets } } };
  };
  const argv = ['run', '--budget', 'rss=500MB', '--budget', 'heapUsed=1GB/2GB', '--fail-on-budget'];
  const command = ['--', 'node', 'a.mjs'];
  const failing = await runHeapline([...argv, ...command], { cwd, recordRun, answers: passed('alert') });
  assert.equal(failing.code, 2);
  assert.match(failing.stderr, /ALERT {2}resident memory \(rss\): 600 MB at 5 ms, over 500 MB\./);
  const warned = await runHeapline([...argv, ...command], { cwd, recordRun, answers: passed('warn') });
  assert.equal(warned.code, 0);
  const unasked = await runHeapline(['run', ...command], { cwd, recordRun, answers: passed('alert') });
  assert.equal(unasked.code, 0);
  const [{ limits, on }, , usual] = runs.map(({ budgets }) => budgets!);
  assert.deepEqual(
    [limits.rss, limits.heapUsed, limits.gcPause],
    [{ alert: 5e8 }, { warn: 1e9, alert: 2e9 }, undefined],
  );
  assert.deepEqual(on, { collect: true, snapshot: false, command: undefined });
  assert.deepEqual(
    [usual.limits.rss, usual.limits.cacheEntries],
    [{ alert: 1e9 }, { warn: 5000, alert: 7000 }],
  );
  writeFileSync(file, '{ "version": 1, "budgets": { "rrs": "1GB" } }');
  const off = await runHeapline(['run', ...command], { cwd, recordRun });
  assert.equal(off.code, 65);
  assert.match(off.stderr, /budgets\.json:1:\d+: `rrs`: there is no budget `rrs`/);
  assert.equal(runs.length, 3, 'nothing is run');
});

test('budgets that are misspelt end the command before anything runs', async () => {
  const { recordRun, runs } = programThat({ exitCode: 0 });
  for (const words of [
    ['--budget', 'rss=big'],
    ['--budget', 'rrs=1GB'],
    ['--on-budget', 'gc'],
  ]) {
    const { code, stderr } = await runHeapline(['run', ...words, '--', 'node', 'a.mjs'], { cwd, recordRun });
    assert.equal(code, 64, stderr);
  }
  assert.equal(runs.length, 0);
});
