/** The ledger against programs that note themselves what each of their steps retains. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EngineClient } from '../../src/engine/client.ts';
import { Follower } from '../../src/engine/follower.ts';
import type { Ledger } from '../../src/protocol/ledger.ts';
import { Workshop } from '../support/capture.ts';
import { PROJECT } from '../support/heapline.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

/** Steps retain messages of some kB and allocate several times as much; `truth.json` has the bytes. */
const PROGRAM = `
import { tracingChannel } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const [sizes, steps, truth] = [JSON.parse(process.argv[2]), Number(process.argv[3]), []];
const channel = tracingChannel('heapline.step');
globalThis.kept = [];
let id = 0;
const message = (chars) => ({ id: ++id, content: Buffer.alloc(chars, 97 + (id % 26)).toString('latin1') });
const passing = (bytes) => { for (let at = 0; at < bytes; at += 400) message(200); };
async function turn(i) {
  await sleep(3);
  passing(500_000);
  const mine = [];
  let bytes = 0;
  while (bytes < sizes[i % sizes.length]) {
    const chars = [304, 904, 3000, 8000][mine.length % 4];
    mine.push(message(chars));
    bytes += 40 + 16 + chars;
  }
  kept.push(mine);
  truth.push(bytes);
  passing(200_000);
}
await sleep(500);
for (let i = 0; i < steps; i++) await channel.tracePromise(() => turn(i), { name: 'turn' });
writeFileSync('truth.json', JSON.stringify(truth));
`;

let workshop: Workshop;
before(async () => {
  workshop = await Workshop.open();
});
after(() => workshop.close());

async function ledgerOf(
  major: NodeMajor,
  sizes: number[],
  steps: number,
  samplingInterval?: number,
): Promise<{ ledger: Ledger; truth: number[] }> {
  const program = await workshop.file('agent.mjs', PROGRAM);
  const createEngine = (): EngineClient =>
    new EngineClient(new URL(`file://${join(PROJECT, 'dist')}/engine-worker.js`));
  const follower = new Follower(createEngine);
  const command = [await nodeBinary(major), program, JSON.stringify(sizes), String(steps)];
  const { recording } = await workshop.run(command, { samplingInterval }, undefined, { follower });
  await follower.settled();
  follower.dispose();
  const truth = JSON.parse(await readFile(join(workshop.folder, 'truth.json'), 'utf8')) as number[];
  const engine = createEngine();
  try {
    return { ledger: await engine.call('ledger', { recordingDir: recording.dir }), truth };
  } finally {
    engine.dispose();
  }
}

for (const major of [20, 24] as const) {
  test(`steps that retain alike are within 10 %, Node ${major}`, async () => {
    const { ledger, truth } = await ledgerOf(major, [300_000], 24);
    const { rows } = ledger.steps;
    assert.equal(rows.length, 24);
    assert.ok(ledger.live.byCohorts);
    const errors = rows.map(({ number, live }) => Math.abs(live.bytes / truth[number - 1] - 1));
    const within = errors.filter((error) => error < 0.1).length;
    assert.ok(within >= 20, `${within} of 24: ${errors.map((error) => error.toFixed(2))}`);
    const total = rows.reduce((sum, { live }) => sum + live.bytes, 0);
    assert.ok(Math.abs(total / truth.reduce((sum, bytes) => sum + bytes) - 1) < 0.1, `${total}`);
  });

  test(`steps of any sizes lie in their ranges, and fine samples find who keeps much, Node ${major}`, async () => {
    const { ledger, truth } = await ledgerOf(major, [20_000, 1_500_000, 0, 400_000, 100_000], 20, 4096);
    const rows = ledger.steps.rows.map((row) => ({ ...row, truth: truth[row.number - 1] }));
    const inRange = rows.filter(({ live, truth }) => truth >= live.low && truth <= live.high).length;
    assert.ok(inRange >= 16, `${inRange} of 20 in their ranges`);
    for (const { number, live, truth } of rows.filter((row) => row.truth > 1e6))
      assert.ok(Math.abs(live.bytes / truth - 1) < 0.25, `step ${number}: ${live.bytes} of ${truth}`);
    const { live } = ledger;
    assert.ok(live.inSpans <= live.total);
    // The heat map says the same, and who allocated it.
    const [most] = [...ledger.heat.rows];
    assert.match(most.function, /^(message|turn)$/);
    assert.ok(most.site?.url.endsWith('agent.mjs'));
  });
}
