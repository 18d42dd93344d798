import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LEAKY, Programs } from '../../support/programs.ts';
import { ServerProcess } from '../../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapline-server-'));
const programs = new Programs();
after(async () => {
  await programs.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const transport of ['ipc', 'stdio'] as const) {
  test(`over ${transport}: a target, its memory, a recording, its verdict, reports`, async () => {
    const server = await ServerProcess.start(transport);
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
    await server.hear('heapline/recordingChanged', ({ snapshots }) => snapshots.length >= 4);
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
