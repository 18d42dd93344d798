/** Programs that can't be recorded, or only in part; disks that are full. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordingEvent } from '../../src/protocol/recording.ts';
import { assertFails, CLI, heapline, runProgram } from '../support/heapline.ts';

const NO_START = 69;
const DISK_FULL = 74;
const EVERY_STEP = ['--step-on', '^step', '--every-steps', '1'];

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-target-'));
  await writeFile(join(folder, 'growing.mjs'), GROWING);
});
after(() => rm(folder, { recursive: true, force: true }));

/** A heap of tens of MB, so that a snapshot takes its time; a step now and then. */
const GROWING = `
import { setTimeout as sleep } from 'node:timers/promises';
const kept = [];
globalThis.kept = kept;
console.log('pid', process.pid);
for (let step = 1; step <= Number(process.env.STEPS); step++) {
  for (let i = 0; i < 60000; i++) kept.push({ step, i, text: 'item ' + i });
  console.log('step', step);
  await sleep(100);
}
`;

async function events(recording: string): Promise<RecordingEvent[]> {
  const text = await readFile(join(recording, 'events.ndjson'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RecordingEvent);
}

/** Resolves as soon as a further snapshot is being written, after `whole` whole ones. */
async function midCapture(recording: string, whole: number): Promise<void> {
  for (;;) {
    const done = (await events(recording)).flatMap((event) => (event.type === 'snapshot' ? [event] : []));
    if (done.length >= whole) {
      const written = await readdir(join(recording, 'snapshots')).catch(() => []);
      for (const name of written) {
        if (done.some((event) => event.file.endsWith(name))) continue;
        const size = await stat(join(recording, 'snapshots', name)).then(
          (info) => info.size,
          () => 0,
        );
        if (size > 0) return;
      }
    }
    await sleep(5);
  }
}

describe('a target that dies in mid-capture', () => {
  it('leaves a recording with the snapshots before', { skip: process.platform === 'win32' }, async () => {
    const recording = join(folder, 'dies.heapline');
    let killed = false;
    const result = await heapline(
      ['run', '--out', recording, ...EVERY_STEP, '--', 'node', join(folder, 'growing.mjs')],
      {
        env: { STEPS: '60' },
        started(cli) {
          let printed = '';
          cli.stdout?.on('data', (text: string) => {
            printed += text;
          });
          midCapture(recording, 2).then(() => {
            process.kill(Number(/pid (\d+)/.exec(printed)?.[1]), 'SIGKILL');
            killed = true;
          });
        },
      },
    );
    assert.ok(killed);
    assert.equal(result.code, 128 + constants.signals.SIGKILL, result.stderr);
    assert.doesNotMatch(result.stderr, /^\s+at .+:\d+/m);
    const whole = (await events(recording)).filter((event) => event.type === 'snapshot');
    assert.ok(whole.length >= 2);

    const opened = await heapline(['open', recording, '--json']);
    assert.equal(opened.code, 0, opened.stderr);
    const points = JSON.parse(opened.stdout).findings[0]?.growth.perSnapshot ?? [];
    assert.ok(points.length <= whole.length);
  });
});

describe('a program that ends in the midst of a question of ours', () => {
  it('is let go, with its last snapshot', async () => {
    const program = join(folder, 'ends-within.mjs');
    // Our questions come while it is busy, and are put to it just as the promise has it end.
    await writeFile(
      program,
      `let leave;
new Promise((resolve) => { leave = resolve; }).then(() => process.exit(4));
setTimeout(() => { leave(); for (const end = Date.now() + 1500; Date.now() < end; ); }, 500);`,
    );
    const recording = join(folder, 'ends-within.heapline');
    const result = await heapline(['run', '-q', '--out', recording, '--', 'node', program]);
    assert.equal(result.code, 4, result.stderr);
    const reasons = (await events(recording)).flatMap((event) =>
      event.type === 'snapshot' ? [event.reason] : [],
    );
    assert.equal(reasons.at(-1), 'end');
  });
});

describe('a program that is none', () => {
  it('that does not exist', async () => {
    const recording = join(folder, 'missing.heapline');
    const result = await heapline(['run', '--out', recording, '--', './no-such-program', 'x']);
    assertFails(result, NO_START, /no-such-program/);
  });

  it('a script that Node does not find: its own code is passed on', async () => {
    const recording = join(folder, 'no-script.heapline');
    const result = await heapline(['run', '--out', recording, '--', 'node', join(folder, 'no-such.mjs')]);
    assert.equal(result.code, 1, result.stderr);
    assert.match(result.stderr, /no-such\.mjs/);
  });

  it('that is not Node', async () => {
    const recording = join(folder, 'shell.heapline');
    const shell = process.platform === 'win32' ? ['cmd', '/c', 'exit 3'] : ['sh', '-c', 'exit 3'];
    const result = await heapline(['run', '--out', recording, '--', ...shell]);
    assertFails(result, 3, /Node/);
  });

  it('an address where no inspector listens', async () => {
    const recording = join(folder, 'attach.heapline');
    assertFails(await heapline(['attach', '--out', recording, '127.0.0.1:1']), NO_START, /127\.0\.0\.1:1/);
  });
});

/** Whether this user may mount a small file system of its own (Linux with user namespaces). */
async function canMount(): Promise<boolean> {
  const place = join(folder, 'try');
  const result = await runProgram('unshare', [
    ...['--user', '--map-root-user', '--mount', 'sh', '-c'],
    `mkdir "${place}" && mount -t tmpfs -o size=1m tmpfs "${place}"`,
  ]).catch(() => undefined);
  return result?.code === 0;
}

describe('a full disk', () => {
  it('leaves out what does not fit; the program runs on, and what was recorded opens', async (t) => {
    if (!(await canMount())) return t.skip('this machine lets us mount no small disk');
    const disk = join(folder, 'disk');
    const script = `
      mkdir "${disk}" && mount -t tmpfs -o size=24m tmpfs "${disk}" || exit 99
      "${process.execPath}" "${CLI}" run --out "${disk}/rec.heapline" ${EVERY_STEP.map((word) => `'${word}'`).join(' ')} -- node "${folder}/growing.mjs" >"${folder}/run.out" 2>"${folder}/run.err"
      echo "run $?"
      "${process.execPath}" "${CLI}" open "${disk}/rec.heapline" --json >"${folder}/open.json" 2>"${folder}/open.err"
      echo "open $?"`;
    const result = await runProgram('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], {
      env: { STEPS: '8' },
    });
    const said = await readFile(join(folder, 'run.err'), 'utf8');
    assert.match(said, /a snapshot was left out: .* on disk/i);
    assert.doesNotMatch(said, /^\s+at .+:\d+/m);
    assert.match(await readFile(join(folder, 'run.out'), 'utf8'), /step 8/, 'the program ran to its end');
    assert.match(result.stdout, /^run 71\nopen 0$/m, said);
    assert.match(said.trimEnd().split('\n').at(-1)!, /^heapline: .*cut short: .* on disk, and .* available/);
    const findings = JSON.parse(await readFile(join(folder, 'open.json'), 'utf8'));
    assert.equal(findings.format, 'heapline-findings/1');
  });

  it('for a result', { skip: process.platform !== 'linux' }, async () => {
    const recording = join(folder, 'result.heapline');
    const result = await heapline(['run', '--out', recording, '--json=/dev/full', '--', 'node', '-e', '0']);
    assertFails(result, DISK_FULL, /disk is full/i);
    assert.equal((await heapline(['open', recording])).code, 0);
  });
});
