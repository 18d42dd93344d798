import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inspector } from '../../../src/capture/inspector.ts';
import { LEAKY, Programs } from '../../support/programs.ts';
import { ServerProcess } from '../../support/server.ts';
import { until } from '../../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapline-memory-'));
const programs = new Programs();
after(async () => {
  await programs.close();
  rmSync(folder, { recursive: true, force: true });
});

const MOST_BYTES = 60_000;
/** Of these, what Node and the libraries make once at first use is more than one for each recording. */
const PLAIN = ['Object', 'Array', 'Function', 'Promise'];

test('after 20 recordings the server holds what it held after the first few', async (t) => {
  const server = await ServerProcess.start('stdio', ['--inspect=127.0.0.1:0']);
  t.after(() => server.child.kill('SIGKILL'));
  const url = await until('its inspector', () => /ws:\/\/\S+/.exec(server.log.join(''))?.[0]);
  const inspector = await Inspector.connect(url);
  const ask = async (expression: string): Promise<string> =>
    String((await inspector.send('Runtime.evaluate', { expression, silent: true })).result.value);
  /** Sockets, files and workers that are open, by kind, and a snapshot of all else. */
  const held = async (name: string): Promise<{ kinds: string[]; file: string }> => {
    await sleep(300); // workers end in their own time
    const kinds: string[] = JSON.parse(await ask('JSON.stringify(process.getActiveResourcesInfo())'));
    const file = join(folder, `${name}.heapsnapshot`);
    await ask(`process.getBuiltinModule('v8').writeHeapSnapshot(${JSON.stringify(file)})`);
    return { kinds: kinds.filter((kind) => kind !== 'Timeout').sort(), file };
  };

  const program = await programs.start('agent', LEAKY);
  const target = 'agent';
  const record = async (): Promise<void> => {
    // A session that comes and goes, as at each F5.
    const spec = { id: target, name: target, kind: 'node' as const, inspector: program.inspector };
    await server.request('heapline/openTarget', spec);
    const params = { target, folder, options: { mode: 'manual' as const } };
    const { dir } = (await server.request('heapline/takeSnapshot', params)).recording;
    const { final } = await server.request('heapline/stopRecording', { dir });
    assert.ok(final);
    await server.request('heapline/deleteRecording', { dir });
    await server.request('heapline/closeTarget', { id: target });
    server.told.length = 0;
  };
  for (let i = 0; i < 4; i++) await record();
  const before = await held('before');
  for (let i = 0; i < 16; i++) await record();
  const now = await held('now');
  assert.deepEqual(now.kinds, before.kinds);
  const { rows } = await server.request('heapline/diff', { before: before.file, after: now.file });
  // What V8 compiled meanwhile is no leak.
  const ours = rows.filter(({ className }) => !/^\((compiled code|object shape|system)\)$/.test(className));
  const bytes = ours.reduce((sum, { deltaSize }) => sum + deltaSize, 0);
  const shown = JSON.stringify(ours.slice(0, 10), null, 1);
  assert.ok(bytes < MOST_BYTES, `${bytes} B more\n${shown}`);
  // One of each recording would be 16.
  const gained = ours.filter(({ className, deltaCount }) => /^[A-Z]\w*$/.test(className) && deltaCount >= 16);
  assert.deepEqual(
    gained.map(({ className }) => className).filter((name) => !PLAIN.includes(name)),
    [],
    shown,
  );
  await inspector.close();
  assert.equal(await server.stop(), 0);
});
