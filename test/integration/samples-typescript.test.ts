import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { PROJECT } from '../support/heapline.ts';
import { nodeBinary } from '../support/nodes.ts';
import { assertVerdict, recordSample } from '../support/sample-runs.ts';

const MAIN = join(PROJECT, 'test', 'agents', 'main.ts');
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-ts-'));
});
after(() => rm(folder, { recursive: true, force: true }));

it('names the TypeScript line of a program that tsx starts', async () => {
  const node = process.execPath;
  const command = [node, join(PROJECT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), MAIN];
  const own = await mkdtemp(join(folder, 'tsx-'));
  await assertVerdict('sessions', await recordSample({ leak: 'sessions', node, command, folder: own }));
});

it('names the TypeScript line of a program that Node 24 runs by stripping types', async () => {
  const node = await nodeBinary(24);
  const own = await mkdtemp(join(folder, 'strip-'));
  const command = [node, MAIN];
  await assertVerdict('history', await recordSample({ leak: 'history', node, command, folder: own }));
});
