import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { leakedCount } from '../../bench/engine/agent-heap.ts';
import { agreement, agreesWholly, namesShapes } from '../../bench/engine/agree.ts';
import { type Engine, prepareEngine } from '../../bench/engine/anchors.ts';
import { bundleDrivers } from '../../bench/engine/drivers/bundle.ts';
import type { Operation } from '../../bench/engine/drivers/outcome.ts';
import { type Measured, Meter } from '../../bench/engine/measure.ts';
import { writePart } from '../../bench/engine/pairs.ts';

const NODES = 30_000;
let folder: string;
let meter: Meter;
let files: string[];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-measured-'));
  files = ['before', 'after'].map((name) => join(folder, `${name}.heapsnapshot`));
  await writePart(NODES, 'before', 20, files[0]);
  await writePart(NODES, 'after', 20, files[1]);
  await bundleDrivers(folder);
  meter = new Meter(folder);
});
after(async () => {
  meter.dispose();
  await rm(folder, { recursive: true, force: true });
});

function run(engine: Engine, operation: Operation, of = files, plainNames = false): Promise<Measured> {
  const given = operation === 'summary' ? [of[1]] : of;
  return meter.run({ engine, operation, files: given, node: process.execPath, cores: 2, plainNames });
}

test('a measurement tells when each stage was reached, what it cost, and what the engine said', async () => {
  const engine = await prepareEngine('ours');
  const { graph, done, cpu, peakRss, phases, result } = await run(engine, 'summary');
  assert.ok(graph! > 0 && done > graph!);
  assert.ok(cpu! > 0 && peakRss! > 2 ** 25);
  assert.ok(phases!.length > 2);
  assert.ok(result.nodes! > NODES / 2 && result.classes!.length > 10);
});

test("ours and DevTools' engine agree when measured", async () => {
  const said = async (engine: Engine, plainNames: boolean) => ({
    summary: (await run(engine, 'summary', files, plainNames)).result,
    diff: (await run(engine, 'diff', files, plainNames)).result,
  });
  const ours = await said(await prepareEngine('ours'), false);
  const theirs = await said(await prepareEngine('devtools'), !namesShapes(ours.summary.classes!));
  const found = agreement(theirs, ours, false);
  assert.ok(agreesWholly(found), found.examples.join('\n'));
  assert.equal(found.leak, leakedCount(NODES, 'after') - leakedCount(NODES, 'before'));
});

test('an engine that fails says why', async () => {
  const bad = join(folder, 'bad.heapsnapshot');
  await writeFile(bad, '{"snapshot":{}}');
  await assert.rejects(run(await prepareEngine('ours'), 'summary', [bad, bad]), /exit 1/);
});
