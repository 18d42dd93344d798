/** Programs that already listen. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import CDP from 'chrome-remote-interface';
import { HeaplineError } from '../../src/base/errors.ts';
import { recordAttached } from '../../src/capture/attach.ts';
import { CaptureControls } from '../../src/capture/controls.ts';
import { openRecording } from '../../src/recording/reader.ts';
import { ofType, Workshop } from '../support/capture.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

let shop: Workshop;
before(async () => {
  shop = await Workshop.open();
});
after(() => shop.close());

const SERVICE = `
const kept = []; setInterval(() => kept.push({ at: Date.now() }), 10);
process.stdin.on('data', () => { console.log('listeners', process.listenerCount('exit'), process.listenerCount('SIGINT')); process.exit(3); });
console.log('up');
`;

/** Starts a program that listens on a free port. @returns it and `host:port` */
async function listening(
  node: string,
): Promise<{ child: ChildProcess; address: string; ended: Promise<string> }> {
  const child = spawn(node, ['--inspect=127.0.0.1:0', '-e', SERVICE], { stdio: ['pipe', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (text) => {
    printed += text;
  });
  const ended = once(child, 'close').then(([code]) => `${printed}code ${code}`);
  const address = await new Promise<string>((resolve) => {
    let text = '';
    child.stderr.on('data', (piece) => {
      text += piece;
      const match = /ws:\/\/([^/]+)\//.exec(text);
      if (match) resolve(match[1]);
    });
  });
  return { child, address, ended };
}

for (const major of [20, 24] as NodeMajor[]) {
  describe(`attached to Node ${major}`, () => {
    let node: string;
    before(async () => {
      node = await nodeBinary(major);
    });

    it('records until it is stopped, and leaves the program as it was', async () => {
      const { child, address, ended } = await listening(node);
      const out = shop.nextOut();
      const controls = new CaptureControls();
      const outcome = await recordAttached(
        address,
        { out, version: '0' },
        {
          controls,
          onEvent(event) {
            if (event.type === 'snapshot' && event.index === 2) controls.stop();
          },
        },
      );
      assert.deepEqual([outcome.reason, outcome.failure], ['detached', undefined]);
      const recording = await openRecording(out);
      assert.deepEqual(recording.problems, []);
      assert.equal(recording.snapshots.at(-1)?.reason, 'end');
      assert.equal(recording.manifest.target.inspector, address);
      assert.ok(recording.scripts.some(({ url, source }) => url.includes('[eval') && source));
      child.stdin!.write('x');
      assert.equal(await ended, 'up\nlisteners 0 0\ncode 3');
    });

    it('takes as many as were asked for, and ends', async () => {
      const { child, address, ended } = await listening(node);
      const out = shop.nextOut();
      const outcome = await recordAttached(address, { out, version: '0', every: 300, snapshots: 2 });
      const recording = await openRecording(out);
      child.stdin?.write('now\n');
      await ended;
      assert.deepEqual([outcome.reason, outcome.snapshots], ['detached', 2]);
      assert.deepEqual(
        ofType(recording, 'snapshot').map(({ reason }) => reason),
        ['interval', 'interval'],
      );
    });

    it('gets a last snapshot when the program exits', async () => {
      const { child, address, ended } = await listening(node);
      const out = shop.nextOut();
      const outcome = await recordAttached(
        address,
        { out, version: '0', snapshots: 3 },
        {
          onEvent(event) {
            if (event.type === 'snapshot' && event.index === 1) child.stdin!.write('x');
          },
        },
      );
      assert.deepEqual([outcome.reason, outcome.exitCode, outcome.failure], ['exit', 3, undefined]);
      const recording = await openRecording(out);
      assert.equal(recording.snapshots.at(-1)?.reason, 'end');
      assert.match(await ended, /listeners 1 0\ncode 3$/);
    });

    it('notices that another client has reset the object ids', async () => {
      const { child, address, ended } = await listening(node);
      const out = shop.nextOut();
      const controls = new CaptureControls();
      controls.snapshot();
      const outcome = await recordAttached(
        address,
        { out, version: '0', every: 1e9 },
        {
          controls,
          async onEvent(event) {
            if (event.type !== 'snapshot' || event.reason !== 'manual') return;
            const [host, port] = address.split(':');
            const other = await CDP({ host, port: Number(port), local: true });
            await other.send('HeapProfiler.enable');
            await other.send('HeapProfiler.disable');
            await other.close();
            controls.stop();
          },
        },
      );
      assert.equal(outcome.reason, 'detached');
      const recording = await openRecording(out);
      assert.equal(ofType(recording, 'id-reset').length, 1);
      assert.equal(ofType(recording, 'id-reset')[0].beforeSnapshot, recording.snapshots.at(-1)?.index);
      child.stdin!.write('x');
      await ended;
    });

    it('keeps what the program gives to console out of the snapshots', async () => {
      const child = spawn(
        node,
        [
          '--inspect=127.0.0.1:0',
          '-e',
          `class Logged {} for (let i = 0; i < 50; i++) console.log(new Logged()); console.error('logged'); setInterval(() => {}, 1000);`,
        ],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      );
      let said = '';
      // What is logged while the snapshot waits for its turn would be in it.
      while (!said.includes('logged')) said += (await once(child.stderr, 'data'))[0];
      const out = shop.nextOut();
      const controls = new CaptureControls();
      controls.stop();
      await recordAttached(/ws:\/\/\S+/.exec(said)![0], { out, version: '0' }, { controls });
      child.kill('SIGKILL');
      const { snapshots } = await openRecording(out);
      const text = await readFile(join(out, snapshots[0].file), 'utf8');
      const { nodes, strings, snapshot } = JSON.parse(text);
      const name = strings.indexOf('Logged');
      const width = snapshot.meta.node_fields.length;
      const object = snapshot.meta.node_types[0].indexOf('object');
      let alive = 0;
      for (let at = 0; at < nodes.length; at += width)
        if (nodes[at] === object && nodes[at + 1] === name) alive++;
      // The prototype bears the name, too.
      assert.ok(alive <= 1, `${alive} alive`);
    });
  });
}

describe('an address', () => {
  it('where nothing listens', async () => {
    const attempt = recordAttached('127.0.0.1:1', { out: shop.nextOut(), version: '0' });
    await assert.rejects(attempt, (error) => HeaplineError.is(error, 'connect-failed'));
  });
  it('where something else answers', async () => {
    for (const answer of ['<html>', '{}', '[null]', '[{"webSocketDebuggerUrl":7}]', '']) {
      const server = createServer((_, response) => response.end(answer)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const out = shop.nextOut();
      const attempt = recordAttached(`127.0.0.1:${port}`, { out, version: '0' });
      await assert.rejects(attempt, (error) => HeaplineError.is(error, 'connect-failed'), answer);
      assert.equal(existsSync(out), false);
      server.close();
    }
  });
  it('that is none', async () => {
    for (const address of ['', 'here', '1.2.3.4:99999', 'a:b']) {
      const attempt = recordAttached(address, { out: shop.nextOut(), version: '0' });
      await assert.rejects(attempt, (error) => HeaplineError.is(error, 'usage'), address);
    }
  });
});
