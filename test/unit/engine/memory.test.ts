import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { HeaplineError } from '../../../src/base/errors.ts';
import { classesText } from '../../../src/cli/tables.ts';
import { painter } from '../../../src/cli/terminal.ts';
import { Growth, loadGrowing } from '../../../src/engine/growing.ts';
import { graphBytes, type MemoryNeed, memoryNeed } from '../../../src/engine/memory-need.ts';
import { summariseTotals } from '../../../src/engine/tables.ts';
import { checkMemory, degradedFor, isRoomAhead } from '../../../src/engine/within-memory.ts';
import { peekHeader } from '../../../src/heap/peek.ts';
import { availableMemory } from '../../../src/recording/memory-there.ts';
import { summarise } from '../../support/fresh.ts';
import { readGraph } from '../../support/graphs.ts';
import { PROJECT } from '../../support/heapline.ts';
import { nodeBinary } from '../../support/nodes.ts';

const run = promisify(execFile);
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-memory-'));
});

after(() => rm(folder, { recursive: true, force: true }));

/** A heap of so many messages. */
async function snapshotOf(major: 20 | 22 | 24, messages: number): Promise<string> {
  const file = join(folder, `${major}-${messages}.heapsnapshot`);
  const program = `
    globalThis.held = Array.from({ length: ${messages} }, (_, id) =>
      ({ role: 'user', content: 'tell the tool number ' + id, meta: { id, tags: ['t' + id % 97] } }));
    require('v8').writeHeapSnapshot(${JSON.stringify(file)});`;
  await run(await nodeBinary(major), ['-e', program]);
  return file;
}

function within(estimate: number, truth: number, what: string): void {
  const ratio = estimate / truth;
  assert.ok(ratio > 0.75 && ratio < 1.25, `${what}: ${estimate} for ${truth}, ${ratio.toFixed(2)}`);
}

for (const major of [20, 22, 24] as const) {
  test(`columns and strings are told from the header, Node ${major}`, async () => {
    for (const messages of [100, 30_000]) {
      const file = await snapshotOf(major, messages);
      const text = await readFile(file, 'latin1');
      const graph = readGraph(file);
      const columns = Object.values(graph)
        .filter((column) => ArrayBuffer.isView(column))
        .reduce((sum, column) => sum + column.byteLength, 0);
      const strings = text.length - text.indexOf('"strings":[');
      const header = peekHeader(Buffer.from(text.slice(0, 10_000)))!;
      within(graphBytes(header, text.length), columns + strings, `${messages} messages`);
      const growing = graphBytes(header) / (columns + strings);
      assert.ok(growing > 0.6 && growing < 1.6, `while it grows: ${growing}`);
    }
  });
}

test('what the command takes is told from the header', { skip: process.platform === 'win32' }, async () => {
  const file = await snapshotOf(24, 150_000);
  const meter = join(folder, 'meter.cjs');
  await writeFile(
    meter,
    `process.on('exit', () => require('fs').writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)));`,
  );
  const peak = async (...args: string[]): Promise<number> => {
    const PEAK = join(folder, 'peak');
    // A cache folder of its own: what was kept there takes less.
    const XDG_CACHE_HOME = await mkdtemp(join(folder, 'cache-'));
    const HOME = XDG_CACHE_HOME;
    await run(process.execPath, ['-r', meter, join(PROJECT, 'dist', 'cli.js'), ...args], {
      env: { ...process.env, PEAK, HOME, XDG_CACHE_HOME, NODE_TEST_CONTEXT: undefined },
    });
    return Number(await readFile(PEAK, 'utf8')) * 1024;
  };
  const idle = await peak('--version');
  const { whole } = (await memoryNeed(file))!;
  within(whole, (await peak('classes', '--quiet', file)) - idle, 'classes');
  within(whole, (await peak('diff', '--quiet', file, file)) - idle, 'diff');
});

test('what there is', () => {
  const available = availableMemory();
  assert.ok(available > 50e6 && available <= totalmem(), String(available));
});

test('short of memory: totals without who retains what, or a refusal that says why', async () => {
  const file = await snapshotOf(20, 100);
  const { whole, totals } = (await memoryNeed(file))! as MemoryNeed;
  assert.equal(await degradedFor(file, whole), undefined);
  const degraded = (await degradedFor(file, whole - 1))!;
  assert.match(
    degraded,
    /^Without retained sizes and distances: they take about \d+(\.\d+)? MB of memory, and /,
  );
  assert.ok(await degradedFor(file, totals));
  const refused = (hint: RegExp) => (error: unknown) => {
    assert.ok(HeaplineError.is(error, 'too-large'));
    assert.match(
      error.message,
      /This takes about .* MB of memory \(the file has .* MB\), and .* MB are available/,
    );
    assert.match(error.hint!, hint);
    return true;
  };
  await assert.rejects(degradedFor(file, totals - 1), refused(/^Close other programs.*machine\.$/));
  await checkMemory([file, file], whole);
  // Ahead of being asked: with as much left for another. What is in memory need not be read into it.
  assert.equal(await isRoomAhead(file, false, 2 * whole), true);
  assert.equal(await isRoomAhead(file, false, 2 * whole - 1), false);
  assert.equal(await isRoomAhead(file, true, 2 * whole - totals), true);
  assert.equal(await isRoomAhead(file, true, 2 * whole - totals - 1), false);
  assert.equal(await isRoomAhead(join(folder, 'none'), true, Number.POSITIVE_INFINITY), false);
  await assert.rejects(checkMemory([file], whole - 1), refused(/heapline classes gets by with less/));
  await checkMemory([join(folder, 'none')], 0);

  const summary = await summariseTotals(file, degraded);
  const complete = await summarise(file);
  const totalsOf = ({ classes }: typeof summary): unknown[] =>
    classes.map(({ className, count, selfSize }) => `${className} ${count} ${selfSize}`).sort();
  assert.deepEqual(totalsOf(summary), totalsOf(complete));
  assert.deepEqual(summary.problems, [degraded]);
  const text = classesText(summary, 3, { width: 100, paint: painter(false), cwd: folder });
  assert.match(text.split('\n')[3], / - .* - /);
});

test('a header that is no header', async () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const whole = await readFile(await snapshotOf(24, 100), 'latin1');
  const cut = whole.indexOf('"nodes"');
  for (const text of ['', '{', '{}', '{"nodes":[]}', '[1]', whole.slice(0, 400)])
    assert.equal(peekHeader(bytes(text)), undefined, text);
  assert.equal(
    peekHeader(bytes(whole.slice(0, cut)))?.nodeCount,
    readGraph(join(folder, '24-100.heapsnapshot')).nodeCount,
  );
  const huge = join(folder, 'huge.part');
  await writeFile(huge, whole.replace(/"node_count":\d+/, '"node_count":4000000000'));
  await assert.rejects(loadGrowing(new Growth(huge)), (error) => HeaplineError.is(error, 'too-large'));
});
