import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, it } from 'node:test';
import type { RecordingInfo } from '../../../src/protocol/server.ts';
import { RecordingWriter } from '../../../src/recording/writer.ts';
import { finding, verdict } from '../../support/extension-data.ts';
import { Bench } from './support.ts';

const bench = new Bench();
after(() => bench.close());

const project = join(bench.folder, 'project');
const src = join(project, 'src');
const file = join(project, '.heapline', 'ignore.json');
const cache = finding({
  id: 'map:cache:1',
  kind: 'map',
  owner: { className: 'Map', name: 'cache', nodeId: 3 },
});
beforeEach(() => {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(src, { recursive: true });
});

/** One that ended with a verdict of two leaks. */
async function recording(name: string, cwd: string | undefined): Promise<string> {
  const dir = join(bench.folder, 'recordings', `${name}.heapline`);
  const options = { mode: 'manual' };
  const writer = await RecordingWriter.create(dir, { heapline: '0.1.0', target: { pid: 1, cwd }, options });
  writer.end({ t: 3200, reason: 'detached' });
  writeFileSync(join(dir, 'findings.json'), JSON.stringify(verdict({ findings: [finding(), cache] })));
  return dir;
}

async function told(dirs: string[]): Promise<RecordingInfo> {
  const from = bench.told.length;
  await bench.ask('heapline/refreshIgnores', { dirs });
  return bench.hear('heapline/recordingChanged', (info) => dirs.includes(info.dir), from);
}
const names = ({ findings }: RecordingInfo): unknown => [
  findings?.verdict,
  findings?.findings.map(({ owner }) => owner.name),
  findings?.ignored?.map(({ owner }) => owner.name),
];

it('writes into the workspace where the program ran, tells recordings anew, and takes it back', async () => {
  const dir = await recording('inside', src);
  const entry = { finding: 'map:cache:1', reason: 'has ten keys' };
  assert.deepEqual(
    await bench.ask('heapline/ignore', { dir, entry, homes: [join(bench.folder, 'other'), project] }),
    { file },
  );
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { version: 1, ignore: [entry] });
  assert.deepEqual(names(await told([dir])), ['leak', ['AgentMemory.messages'], ['cache']]);
  const [listed] = await bench.ask('heapline/listRecordings', { folder: join(bench.folder, 'recordings') });
  assert.deepEqual(names(listed), ['leak', ['AgentMemory.messages'], ['cache']]);
  const both = { owner: 'AgentMemory.messages', reason: 'short-lived' };
  await bench.ask('heapline/ignore', { dir, entry: both, homes: [join(bench.folder, 'other'), project] });
  assert.deepEqual(names(await told([dir])), ['no-leak', [], ['AgentMemory.messages', 'cache']]);
  assert.deepEqual(await bench.ask('heapline/stopIgnoring', { dir, finding: cache }), { removed: 1 });
  assert.deepEqual(names(await told([dir])), ['leak', ['cache'], ['AgentMemory.messages']]);
  // What the engine said is kept whole.
  assert.equal(JSON.parse(readFileSync(join(dir, 'findings.json'), 'utf8')).findings.length, 2);
});

it('keeps to where the program ran where that is outside the workspace', async () => {
  const dir = await recording('outside', src);
  const elsewhere = join(bench.folder, 'elsewhere');
  const entry = { finding: 'map:cache:1', reason: 'has ten keys' };
  const { file: written } = await bench.ask('heapline/ignore', { dir, entry, homes: [elsewhere] });
  assert.equal(written, join(src, '.heapline', 'ignore.json'));
});

it('takes the workspace for a program of which no folder is known', async () => {
  const dir = await recording('page', undefined);
  bench.service.setWorkspace(project);
  await bench.ask('heapline/ignore', { dir, entry: { owner: 'cache', reason: 'x' } });
  assert.ok(existsSync(file));
  assert.deepEqual(names(await told([dir])), ['leak', ['AgentMemory.messages'], ['cache']]);
});

it('leaves a damaged file alone, ignores nothing by it, and says so', async () => {
  const dir = await recording('damaged', src);
  mkdirSync(join(project, '.heapline'));
  writeFileSync(file, '{"version": 1, "ignore": [{"owner": "cache"}]}');
  const entry = { owner: 'cache', reason: 'x' };
  await assert.rejects(() => bench.ask('heapline/ignore', { dir, entry }), { code: 'malformed' });
  const info = await told([dir]);
  assert.deepEqual(names(info), ['leak', ['AgentMemory.messages', 'cache'], undefined]);
  assert.match(info.findings!.reasons.at(-1)!, /ignore\.json:1:27: `reason` must be a text/);
});
