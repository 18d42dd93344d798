import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CancellationTokenSource } from 'vscode-languageserver-protocol/node';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';
import { LEAKY, Programs } from '../../support/programs.ts';
import { ServerProcess, wireErrorOf } from '../../support/server.ts';
import { until } from '../../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapline-server-'));
const programs = new Programs();
const servers: ServerProcess[] = [];
async function serve(transport?: 'ipc' | 'stdio'): Promise<ServerProcess> {
  const server = await ServerProcess.start(transport);
  servers.push(server);
  return server;
}
after(async () => {
  for (const { child } of servers) child.kill('SIGKILL');
  await programs.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const transport of ['ipc', 'stdio'] as const) {
  test(`over ${transport}: a target, its memory, a recording, its verdict, reports`, async () => {
    const server = await serve(transport);
    const program = await programs.start('agent', LEAKY);
    const place = join(folder, transport);
    const spec = { id: 'inspector:1', name: 'agent', kind: 'node' as const, inspector: program.inspector };
    assert.equal((await server.request('heapline/openTarget', spec)).state, 'connecting');
    const live = await server.hear('heapline/targetChanged', ({ state }) => state === 'live');
    assert.equal(live.pid, program.pid);
    assert.equal(live.runtime, `Node.js ${process.versions.node}`);
    const { reading } = await server.hear('heapline/reading');
    assert.ok(reading.heapUsed > 1e6 && reading.rss! > reading.heapUsed);

    const begun = await server.request('heapline/startRecording', {
      target: spec.id,
      folder: place,
      options: { mode: 'automatic' },
    });
    assert.equal(begun.state, 'recording');
    await server.hear('heapline/recordingChanged', ({ snapshots }) => snapshots.length >= 6);
    const ended = await server.request('heapline/stopRecording', { dir: begun.dir, progress: 'stop' });
    assert.equal(ended.state, 'ended');
    assert.ok(ended.final);
    assert.equal(ended.findings!.verdict, 'leak', JSON.stringify(ended.findings, null, 1));
    assert.match(ended.findings!.findings[0].storeSite!.path!, /agent\.cjs$/);
    assert.ok(server.progress.get('stop')!.length > 2);
    assert.ok(existsSync(join(begun.dir, 'findings.json')));

    const [listed] = await server.request('heapline/listRecordings', { folder: place });
    assert.deepEqual(listed.findings, ended.findings);
    assert.deepEqual(listed.sources, ended.sources);
    for (const format of ['html', 'markdown', 'json', 'text'] as const) {
      const file = join(place, `report.${format}`);
      await server.request('heapline/export', { dir: begun.dir, format, file });
      assert.match(readFileSync(file, 'utf8'), /history/);
    }
    await server.request('heapline/deleteRecording', { dir: begun.dir });
    assert.ok(!existsSync(begun.dir));
    assert.equal(await server.stop(), 0);
    assert.equal(program.child.exitCode, null, 'the target goes on');
  });
}

/** A server with a recording under way that has one snapshot. */
async function recording(name: string, transport: 'ipc' | 'stdio' = 'stdio') {
  const server = await serve(transport);
  const program = await programs.start(
    name,
    `${LEAKY}
process.stdin.on('data', (text) => {
  if (!String(text).includes('listeners')) return;
  require('fs').writeFileSync(__filename + '.listeners', JSON.stringify(process.eventNames().map((name) => [String(name), process.listenerCount(name)])));
});`,
  );
  const spec = { id: name, name, kind: 'node' as const, inspector: program.inspector };
  await server.request('heapline/openTarget', spec);
  const { recording } = await server.request('heapline/takeSnapshot', {
    target: name,
    folder: join(folder, name),
    options: { mode: 'manual' },
  });
  return { server, program, dir: recording.dir, place: join(folder, name) };
}

const ENDS: Record<string, (server: ServerProcess) => void> = {
  'the editor asks it to': (server) => void server.stop(),
  'its input is closed': (server) => server.child.stdin!.end(),
  'it is told to, by SIGTERM': (server) => server.child.kill('SIGTERM'),
  'the editor is gone without a word': (server) => server.child.disconnect(),
};

for (const [why, end] of Object.entries(ENDS)) {
  // Windows has no signals that a program hears.
  if (why.includes('SIGTERM') && process.platform === 'win32') continue;
  test(`when ${why}, recordings are ended and programs left as they were`, async () => {
    const name = why.replace(/\W+/g, '-');
    const transport = why.includes('gone') ? 'ipc' : 'stdio';
    const { server, program, dir } = await recording(name, transport);
    end(server);
    const code = await server.ended();
    assert.equal(code, 0, server.log.join('\n'));
    const manifest = JSON.parse(readFileSync(join(dir, 'recording.json'), 'utf8'));
    assert.equal(manifest.end.reason, 'detached');
    assert.equal(manifest.snapshots.length, 1);
    const note = join(programs.folder, `${name}.cjs.listeners`);
    program.child.stdin!.write('listeners\n');
    const listeners = await until('what it hears', () => JSON.parse(readFileSync(note, 'utf8')));
    assert.ok(
      !listeners.some(([event]: [string]) => ['exit', 'SIGTERM', 'SIGINT'].includes(event)),
      String(listeners),
    );
    program.child.stdin!.write('end\n');
    assert.deepEqual(await program.ended, { code: 0, signal: null });
  });
}

test('killed amid a recording: what was whole opens, and says that it was cut off; the program goes on', async () => {
  const { server, program, dir, place } = await recording('cut-off');
  server.child.kill('SIGKILL');
  await server.ended();
  const next = await serve();
  const [info] = await next.request('heapline/listRecordings', { folder: place });
  assert.deepEqual([info.dir, info.state, info.end, info.snapshots.length], [dir, 'ended', undefined, 1]);
  assert.match(info.problems[0], /cut off: .*One snapshot is whole and was kept/);
  const { findings } = await next.request('heapline/analyse', { recordingDir: dir });
  assert.equal(findings.verdict, 'inconclusive');
  assert.equal(await next.stop(), 0);
  program.child.stdin!.write('end\n');
  assert.equal((await program.ended).code, 0);
});

test('a program that does not answer does not keep it', { skip: process.platform === 'win32' }, async () => {
  const { server, program, dir } = await recording('frozen');
  program.child.kill('SIGSTOP');
  assert.equal(await server.stop(), 0);
  const manifest = JSON.parse(readFileSync(join(dir, 'recording.json'), 'utf8'));
  assert.equal(manifest.end.reason, 'cancelled');
  assert.equal(manifest.snapshots.length, 1);
});

test('errors come with their code and what to do; cancelling ends a request', async () => {
  const server = await serve('ipc');
  const none = await wireErrorOf(server.request('heapline/summary', { file: join(folder, 'none') }));
  assert.deepEqual([none.code, typeof none.hint], ['not-found', 'string']);
  const unknown = await wireErrorOf(
    server.request('heapline/startRecording', { target: 'x', folder, options: { mode: 'manual' } }),
  );
  assert.equal(unknown.code, 'target-gone');
  const foreign = await wireErrorOf(server.request('heapline/deleteRecording', { dir: programs.folder }));
  assert.equal(foreign.code, 'not-a-snapshot');
  assert.deepEqual(await server.request('heapline/listRecordings', { folder: join(folder, 'none') }), []);
  const source = new CancellationTokenSource();
  const { files } = leakySnapshots(folder);
  const params = { before: files[0], after: files[2], progress: 'diff' };
  const diff = wireErrorOf(server.request('heapline/diff', params, source.token));
  source.cancel();
  assert.equal((await diff).code, 'cancelled');
  const rows = await server.request('heapline/diff', params);
  assert.ok(rows.rows.some(({ className }) => className === 'Turn'));
  // What no handler expects is ours to explain.
  const broken = await wireErrorOf(server.request('heapline/deleteRecording', {} as never));
  assert.equal(broken.code, 'internal');
  assert.match(server.log.join(), /heapline\/deleteRecording: /);
  assert.equal(await server.stop(), 0);
});
