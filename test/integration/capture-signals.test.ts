/** Signals, hard ends, and requests by hand: what happens to the program, and what is kept. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeaplineError } from '../../src/base/errors.ts';
import type { RecordingEvent } from '../../src/protocol/recording.ts';
import { ofType, type Watch, Workshop } from '../support/capture.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

let shop: Workshop;
before(async () => {
  shop = await Workshop.open();
});
after(() => shop.close());

const FOREVER = `setInterval(() => {}, 1000); console.log('up');`;

/** Calls once after the first snapshot. */
function onFirstSnapshot(action: (watch: Watch, pid: number) => void) {
  let pid = 0;
  let done = false;
  return (event: RecordingEvent, watch: Watch): void => {
    if (event.type === 'process' && event.role === 'target') pid = event.pid;
    if (event.type !== 'snapshot' || done) return;
    done = true;
    setImmediate(() => action(watch, pid));
  };
}

const posix = { skip: process.platform === 'win32' };

for (const major of [20, 24] as NodeMajor[]) {
  describe(`a signal on Node ${major}`, posix, () => {
    let node: string;
    before(async () => {
      node = await nodeBinary(major);
    });

    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`${signal} ends the program after its last snapshot, as a signal`, async () => {
        const { outcome, recording } = await shop.run(
          [node, '-e', FOREVER],
          { snapshots: 3 },
          onFirstSnapshot((_, pid) => process.kill(pid, signal)),
        );
        assert.deepEqual([outcome.reason, outcome.exitCode, outcome.signal], ['signal', undefined, signal]);
        assert.equal(recording.snapshots.at(-1)?.reason, 'end');
        assert.equal(recording.manifest.end?.signal, signal);
      });
    }

    it('goes to the handler that the program has, and to that alone', async () => {
      const own = `process.on('SIGINT', () => { console.log('own', process.listenerCount('SIGINT')); process.exit(7); });`;
      const { outcome, recording, stdout } = await shop.run(
        [node, '-e', own + FOREVER],
        { snapshots: 3 },
        onFirstSnapshot(({ controls }) => controls.interrupt('SIGINT')),
      );
      assert.deepEqual([outcome.reason, outcome.exitCode, outcome.signal], ['exit', 7, undefined]);
      assert.equal(stdout, 'up\nown 1\n');
      assert.equal(recording.snapshots.at(-1)?.reason, 'end');
    });

    it('that a program handles once and sends itself again ends it', async () => {
      const once = `process.once('SIGTERM', () => { console.log('tidy'); process.kill(process.pid, 'SIGTERM'); });`;
      const { outcome, recording, stdout } = await shop.run(
        [node, '-e', once + FOREVER],
        { snapshots: 3 },
        onFirstSnapshot((_, pid) => process.kill(pid, 'SIGTERM')),
      );
      assert.deepEqual([outcome.reason, outcome.signal], ['signal', 'SIGTERM']);
      assert.equal(stdout, 'up\ntidy\n');
      assert.equal(recording.snapshots.at(-1)?.reason, 'end');
    });

    it('ends a program in a busy loop, too, after its last snapshot', async () => {
      const { outcome, recording } = await shop.run(
        [node, '-e', 'for (;;) JSON.stringify({ a: 1 })'],
        { snapshots: 2 },
        onFirstSnapshot(({ controls }) => controls.interrupt('SIGINT')),
      );
      assert.deepEqual([outcome.reason, outcome.signal], ['signal', 'SIGINT']);
      assert.equal(recording.snapshots.at(-1)?.reason, 'end');
    });

    it('SIGKILL leaves what was recorded before', async () => {
      const { outcome, recording } = await shop.run(
        [node, '-e', FOREVER],
        {},
        onFirstSnapshot((_, pid) => process.kill(pid, 'SIGKILL')),
      );
      assert.deepEqual([outcome.reason, outcome.signal, outcome.failure], ['signal', 'SIGKILL', undefined]);
      assert.deepEqual(recording.problems, []);
      assert.ok(recording.snapshots.length >= 1);
      assert.ok(ofType(recording, 'note').some(({ message }) => /died before a last snapshot/.test(message)));
    });
  });
}

describe('by hand', () => {
  it('a second interrupt kills', posix, async () => {
    const deaf = `process.on('SIGINT', () => console.log('no'));`;
    const { outcome, recording } = await shop.run(
      ['node', '-e', deaf + FOREVER],
      { snapshots: 3 },
      onFirstSnapshot(async ({ controls, stdout }) => {
        controls.interrupt('SIGINT');
        while (!stdout.text.includes('no')) await sleep(10);
        controls.interrupt('SIGINT');
      }),
    );
    assert.equal(outcome.signal, 'SIGKILL');
    assert.ok(recording.snapshots.length >= 1);
  });

  it('a snapshot, and the end with a last one', async () => {
    const { outcome, recording } = await shop.run(
      ['node', '-e', FOREVER],
      { every: 1e9 },
      (event, { controls }) => {
        if (event.type === 'process') controls.snapshot();
        if (event.type === 'snapshot' && event.reason === 'manual') controls.stop();
      },
    );
    assert.equal(outcome.reason, 'detached');
    assert.deepEqual(
      recording.snapshots.map(({ reason }) => reason),
      ['manual', 'end'],
    );
  });

  it('a cancelled recording ends the program at once', async () => {
    const controller = new AbortController();
    const { outcome } = await shop.run(
      ['node', '-e', FOREVER],
      {},
      (event) => {
        if (event.type === 'memory') controller.abort();
      },
      { signal: controller.signal },
    );
    assert.equal(outcome.reason, 'cancelled');
  });
});

describe('what goes wrong', () => {
  it('a program that closes its inspector runs on; what was recorded is kept', async () => {
    const closing = `setTimeout(() => { require('inspector').close(); setTimeout(() => { console.log('still here'); process.exitCode = 2; clearInterval(up); }, 2000); }, 1500); const up = setInterval(() => {}, 1000);`;
    const { outcome, recording, stdout } = await shop.run(['node', '-e', closing], { snapshots: 3 });
    assert.deepEqual([outcome.reason, outcome.exitCode], ['target-gone', 2]);
    assert.equal(stdout, 'still here\n');
    assert.ok(recording.snapshots.length >= 1);
    assert.ok(ofType(recording, 'note').some(({ message }) => /closed its inspector/.test(message)));
  });

  it('a full disk ends the snapshots, not the program', { skip: process.platform !== 'linux' }, async () => {
    const out = shop.nextOut();
    const { outcome, recording, stdout } = await shop.run(
      ['node', '-e', `setTimeout(() => console.log('done'), 3000)`],
      { out },
      (event) => {
        if (event.type === 'snapshot')
          symlinkSync('/dev/full', join(out, 'snapshots/0002.heapsnapshot.part'));
      },
    );
    assert.equal(stdout, 'done\n');
    assert.deepEqual([outcome.reason, outcome.exitCode], ['exit', 0]);
    assert.ok(HeaplineError.is(outcome.failure, 'disk-full'));
    assert.deepEqual(await readdir(join(out, 'snapshots')), ['0001.heapsnapshot']);
    assert.equal(recording.snapshots.length, 1);
    assert.ok(
      ofType(recording, 'note').some(
        ({ level, message }) => level === 'error' && /disk is full/i.test(message),
      ),
    );
  });

  it('a recorder that dies leaves the program to run and to end', posix, async () => {
    const script = await shop.file(
      'recorder.mts',
      `import { recordRun } from ${JSON.stringify(new URL('../../src/capture/run.ts', import.meta.url).href)};
await recordRun({ command: ['node', '-e', "console.log('pid', process.pid); setTimeout(() => { console.log('own end'); process.exit(0); }, 1500)"], out: process.argv[2], version: '0', stdin: 'ignore' });`,
    );
    const out = shop.nextOut();
    const recorder = spawn(process.execPath, ['--import', 'tsx', script, out], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: join(import.meta.dirname, '..', '..'),
    });
    let printed = '';
    recorder.stdout.on('data', (text) => {
      printed += text;
      if (/pid \d+/.test(printed)) recorder.kill('SIGKILL');
    });
    // The pipe is the program's, too: it closes when both are gone.
    await once(recorder, 'close');
    assert.match(printed, /own end/);
    assert.equal((await stat(join(out, 'recording.json'))).isFile(), true);
    assert.match(await readFile(join(out, 'events.ndjson'), 'utf8'), /"type":"process"/);
  });
});
