/** Real programs that pass budgets, hover around them, or whose heap is too large for a snapshot. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { BudgetOptions } from '../../src/capture/budget-keeper.ts';
import type { RunOptions } from '../../src/capture/run.ts';
import { analyseRecording } from '../../src/engine/analyse.ts';
import { ofType, type Recorded, Workshop } from '../support/capture.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

const run = promisify(execFile);
let shop: Workshop;
/** For what a program writes without us. */
let bare: string;
before(async () => {
  bare = await mkdtemp(join(tmpdir(), 'heapline-bare-'));
  shop = await Workshop.open();
  await shop.file('rising.cjs', RISING);
  await shop.file('hovering.cjs', HOVERING);
  await shop.file('filled.cjs', FILLED);
  await shop.file('full.cjs', FULL);
});
after(async () => {
  await shop.close();
  await rm(bare, { recursive: true, force: true });
});

/** Keeps 40 MB; then makes as much again, which is garbage at once. */
const RISING = `
globalThis.kept = Array.from({ length: 5 }, () => new Array(1e6).fill(1.5));
setTimeout(() => {
  let garbage = Array.from({ length: 5 }, () => new Array(1e6).fill(2.5));
  garbage = undefined;
}, 600);
setInterval(() => {}, 1000);
`;

/** Goes up and down around 20 MB, until it is ended. */
const HOVERING = `
let turn = 0;
globalThis.held = undefined;
setInterval(() => {
  globalThis.held = turn++ % 2 ? undefined : new Array(3.5e6).fill(1.5);
  globalThis.gc();
}, 170);
`;

const FILLED = `
const held = globalThis.held = Array.from({ length: Number(process.argv[2]) }, (_, i) => ({ role: 'user', content: 'tell ' + i, meta: { a: [i] } }));
setTimeout(() => console.log('done', held.length), Number(process.argv[3]));
if (process.argv[4]) require('v8').writeHeapSnapshot(process.argv[4]);
`;

/** Comes to the limit of its heap in one go. */
const FULL = `
const held = [];
setTimeout(() => { for (;;) held.push({ role: 'user', content: 'tell ' + held.length }); }, 500);
`;

/** No snapshots but those that a test wants. */
const QUIET: Partial<RunOptions> = { every: 1e9 };
const budgets = (limits: BudgetOptions['limits'], on?: BudgetOptions['on']): BudgetOptions => ({
  limits,
  on,
});
const crossings = ({ recording }: Recorded): string[] =>
  ofType(recording, 'budget').map(({ budget, level }) => `${budget} ${level}`);

for (const major of [20, 24] as NodeMajor[]) {
  describe(`Node ${major}`, () => {
    it('passes heap and rss budgets, each level once; a forced collection gives back; a snapshot is taken', async () => {
      const node = await nodeBinary(major);
      const told = join(shop.folder, `told-${major}`);
      let alerted = false;
      const recorded = await shop.run(
        [node, 'rising.cjs'],
        {
          ...QUIET,
          budgets: budgets(
            { heapUsed: { warn: 20e6, alert: 60e6 }, rss: { alert: 70e6 } },
            {
              collect: true,
              snapshot: true,
              command: `${JSON.stringify(process.execPath)} -e "require('fs').appendFileSync(${JSON.stringify(told).replaceAll('"', "'")}, process.env.HEAPLINE_BUDGET + ' ')"`,
            },
          ),
        },
        (event, { controls }) => {
          alerted ||= event.type === 'budget' && event.budget === 'heapUsed' && event.level === 'alert';
          if (alerted && event.type === 'snapshot' && event.reason === 'budget')
            controls.interrupt('SIGTERM');
        },
      );
      const { recording } = recorded;
      const passed = crossings(recorded);
      assert.deepEqual([...new Set(passed)].sort(), [...passed].sort(), 'each once');
      assert.ok(passed.includes('heapUsed alert') && passed.includes('rss alert'), passed.join());
      const alert = ofType(recording, 'budget').find(
        (one) => one.budget === 'heapUsed' && one.level === 'alert',
      )!;
      assert.ok(alert.value >= 60e6);
      const given = ofType(recording, 'collected').find(({ t }) => t >= alert.t)!;
      assert.ok(given.heapAfter > 38e6 && given.heapAfter < 55e6, JSON.stringify(given));
      assert.ok(recording.snapshots.some(({ reason }) => reason === 'budget'));
      assert.match(readFileSync(told, 'utf8'), /^(heapUsed|rss) /);
      const { findings } = await analyseRecording({ recordingDir: recording.dir });
      const heap = findings.budgets?.find(({ budget }) => budget === 'heapUsed');
      assert.deepEqual([heap?.level, heap?.limit, heap?.times], ['alert', 60e6, 1]);
    });

    it('says once what hovers around a budget', async () => {
      let above = false;
      let rises = 0;
      const recorded = await shop.run(
        [await nodeBinary(major), '--expose-gc', 'hovering.cjs'],
        { ...QUIET, budgets: budgets({ heapUsed: { warn: 20e6 } }) },
        (event, { controls }) => {
          if (event.type !== 'memory') return;
          if (event.heapUsed >= 20e6 && !above) rises++;
          above = event.heapUsed >= (above ? 15e6 : 20e6);
          if (rises === 4 && above) controls.interrupt('SIGTERM');
        },
      );
      assert.deepEqual(crossings(recorded), ['heapUsed warn']);
    });

    it('leaves out what does not fit into memory, and keeps a sampling profile', async () => {
      const recorded = await shop.run([await nodeBinary(major), 'filled.cjs', '40000', '1500'], {
        room: { memory: () => 20e6, disk: () => undefined },
      });
      const { recording, outcome, stdout } = recorded;
      assert.match(stdout, /done 40000/);
      assert.deepEqual([outcome.exitCode, outcome.failure?.code, recording.snapshots], [0, 'too-large', []]);
      const out = ofType(recording, 'left-out');
      assert.ok(out.length >= 2 && out.every(({ lacks, needed }) => lacks === 'memory' && needed > 20e6));
      assert.equal(out.at(-1)!.reason, 'end');
      assert.ok(recording.profiles.length >= 2);
      assert.equal(ofType(recording, 'note').filter(({ message }) => /left out/.test(message)).length, 1);
      const { findings } = await analyseRecording({ recordingDir: recording.dir });
      const reasons = findings.reasons.join('\n');
      assert.match(reasons, /snapshots were left out so that the program runs on/);
      assert.match(reasons, /most of what is alive was allocated by `.*filled\.cjs/);
    });

    it('is not killed by a snapshot that its own limit has no room for', {
      skip: process.platform !== 'linux',
    }, async () => {
      const node = await nodeBinary(major);
      // So much address space as the program takes without a snapshot, and 500 MB.
      const { stdout } = await run(node, [
        '-e',
        "console.log(require('fs').readFileSync('/proc/self/status', 'utf8'))",
      ]);
      const limit = Number(/VmSize:\s+(\d+)/.exec(stdout)![1]) + 600_000;
      const limited = (...args: string[]): string[] => [
        'bash',
        '-c',
        `ulimit -v ${limit}; exec "$0" "$@"`,
        node,
        join(shop.folder, 'filled.cjs'),
        '300000',
        ...args,
      ];
      const file = join(bare, `${major}.heapsnapshot`);
      const [command, ...args] = limited('0', file);
      await assert.rejects(run(command, args), 'the snapshot alone kills it');
      const recorded = await shop.run(limited('2500'));
      assert.match(recorded.stdout, /done 300000/);
      assert.equal(recorded.outcome.exitCode, 0);
      assert.ok(ofType(recorded.recording, 'left-out').length);
    });

    it('has a snapshot of its last moment where its heap comes to the limit in a busy loop', async () => {
      const recorded = await shop.run(
        [await nodeBinary(major), '--max-old-space-size=24', 'full.cjs'],
        QUIET,
      );
      const { recording } = recorded;
      const limit = recording.snapshots.find(({ reason }) => reason === 'limit');
      assert.ok(limit, recorded.stderr.slice(-500));
      assert.ok(limit.bytes > 10e6 && limit.pauseMs >= 0 && limit.t > 0);
      assert.deepEqual(
        readdirSync(shop.folder).filter((name) => name.endsWith('.heapsnapshot')),
        [],
      );
      assert.ok(!existsSync(join(recording.dir, 'near-limit')));
    });

    it('lets the program have its own files for diagnostics, and its children theirs', async () => {
      const child =
        "require('child_process').execFileSync(process.execPath, ['-p', 'process.env.NODE_OPTIONS'], { encoding: 'utf8' })";
      const recorded = await shop.run(
        [
          await nodeBinary(major),
          '-e',
          `console.log(${child}, process.env.HEAPLINE_LIMIT_FLAG); process.report.writeReport('own-${major}.json')`,
        ],
        QUIET,
      );
      assert.ok(!recorded.stdout.includes('diagnostic-dir'), recorded.stdout);
      assert.match(recorded.stdout, /undefined\s*$/);
      assert.ok(existsSync(join(shop.folder, `own-${major}.json`)));
    });
  });
}
