import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HeaplineError } from '../../../src/base/errors.ts';
import type { ProgressReading } from '../../../src/base/progress.ts';
import { loadSnapshot } from '../../../src/engine/load.ts';
import { readBehind } from '../../../src/engine/read-behind.ts';
import { SecondCore } from '../../../src/engine/second-core.ts';
import type { SecondCoreMethods } from '../../../src/engine/second-core-tasks.ts';
import type { HeapGraph } from '../../../src/heap/graph.ts';
import { type NodeMajor, nodeBinary } from '../../support/nodes.ts';
import { seededRandom } from '../../support/random.ts';
import { drawnSnapshot, inRows } from '../heap/drawn.ts';
import type { SnapshotJson } from '../heap/reference.ts';

const PROGRAM = fileURLToPath(new URL('../heap/fixtures/two-snapshots.cjs', import.meta.url));
const WORKER = new URL('../../../dist/second-core-worker.js', import.meta.url);
let folder: string;
let core: SecondCore;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-two-'));
  core = new SecondCore(WORKER);
});

after(async () => {
  core.dispose();
  await rm(folder, { recursive: true, force: true });
});

type Given = SecondCoreMethods['readBehind']['params'];

/** A second core in this thread, which does its part when `turns` more pieces were read from the front. */
class SteeredCore {
  outcome: 'none' | 'took' | 'refused' = 'none';
  private pending: (() => void) | undefined;
  private turns: number;

  constructor(turns: number) {
    this.turns = turns;
  }

  run<K extends keyof SecondCoreMethods>(
    _task: K,
    input: SecondCoreMethods[K]['params'],
  ): Promise<SecondCoreMethods[K]['result']> {
    return new Promise((resolve) => {
      this.pending = () => {
        this.pending = undefined;
        const result = readBehind(structuredClone(input as Given));
        this.outcome = result ? 'took' : 'refused';
        resolve(structuredClone(result) as SecondCoreMethods[K]['result']);
      };
      // At last when the first has nothing more to do.
      setImmediate(() => this.pending?.());
      this.turn();
    });
  }

  turn(): void {
    if (this.turns-- <= 0) this.pending?.();
  }
}

type Outcome = { graph: HeapGraph } | { error: string };

async function outcome(
  path: string,
  by?: { core: Pick<SecondCore, 'run'>; piece: number },
): Promise<Outcome> {
  const turn = by?.core instanceof SteeredCore ? by.core.turn.bind(by.core) : () => {};
  try {
    // By two, every other time strings stay in the file.
    const sizes = { piece: by?.piece ?? 1000, large: 1, leaveStrings: by && by.piece % 2 ? 1 : Infinity };
    return { graph: await loadSnapshot(path, { report: turn }, by?.core, sizes) };
  } catch (error) {
    assert.ok(HeaplineError.is(error), String((error as Error).stack));
    return { error: `${error.code}: ${error.toLine()}` };
  }
}

/** Everything in a graph, to compare. */
function contents({ strings, ...rest }: HeapGraph): unknown {
  const texts = Array.from({ length: strings.count }, (_, index) => strings.get(index));
  return { ...rest, texts };
}

function assertSameOutcome(by: Outcome, expected: Outcome, what: string): void {
  if ('error' in by || 'error' in expected) assert.deepEqual(by, expected, what);
  else assert.deepEqual(contents(by.graph), contents(expected.graph), what);
}

/** A snapshot of some hundred rows, with what real ones hardly ever have. */
function oddSnapshot(seed: number): SnapshotJson {
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const json = drawnSnapshot();
  const nodeCount = 2 + below(60);
  const counts = Array.from({ length: nodeCount }, () => below(random() < 0.1 ? 30 : 5));
  const names = json.strings.length;
  const size = (): number => (random() < 0.05 ? below(2 ** 40) : below(1000));
  json.nodes = counts.flatMap((count, node) => [
    below(3),
    below(names),
    2 * node + 1,
    size(),
    count,
    below(3),
    0,
  ]);
  json.edges = counts.flatMap((count) =>
    Array.from({ length: count }, () => {
      const type = below(3);
      const index = random() < 0.1 ? 4294967295 - below(9) : below(10 ** below(10));
      return [type, type === 0 ? index : below(names), 7 * below(nodeCount)];
    }).flat(),
  );
  json.snapshot.node_count = nodeCount;
  json.snapshot.edge_count = json.edges.length / 3;
  json.locations = Array.from({ length: below(20) }, () => [
    7 * below(nodeCount),
    below(99),
    below(99),
    3,
  ]).flat();
  for (let more = below(40); more > 0; more--) {
    const texts = ['", "edges":[1,2,3]', '"trace_function_infos":[', '1,2,3,'.repeat(below(200)), '\\', '漢'];
    json.strings.push(texts[below(texts.length)]);
  }
  return json;
}

const SPACINGS = [
  (json: SnapshotJson) => inRows(json),
  // As Node 24 and later.
  (json: SnapshotJson) => JSON.stringify(json),
  (json: SnapshotJson) => JSON.stringify(json, undefined, 1),
];

test('met at any place, two threads read what one reads', async () => {
  const path = join(folder, 'odd.heapsnapshot');
  let took = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed + 1000);
    const text = SPACINGS[seed % 8 === 0 ? 2 : seed % 2](oddSnapshot(seed));
    await writeFile(path, text);
    const expected = await outcome(path);
    assert.ok('graph' in expected, JSON.stringify(expected));
    for (let turn = 0; turn < 12; turn++) {
      const piece = 64 + Math.floor(random() * 200);
      const steered = new SteeredCore(Math.floor((random() * text.length) / piece));
      assertSameOutcome(
        await outcome(path, { core: steered, piece }),
        expected,
        `seed ${seed}, piece ${piece}`,
      );
      if (steered.outcome === 'took') took++;
    }
  }
  assert.ok(took > 300, `the second thread did its part ${took} times`);
});

test('a damaged file gives the same graph or the same error', async () => {
  const path = join(folder, 'bad.heapsnapshot');
  const bytes = Buffer.from('0123456789,,,[]]{}}"\\ \n\0u-.e');
  const seen = new Set<string>();
  for (let seed = 1; seed <= 400; seed++) {
    const random = seededRandom(seed);
    const below = (end: number): number => Math.floor(random() * end);
    const whole = Buffer.from(SPACINGS[seed % 2](oddSnapshot(seed)));
    const at = below(whole.length);
    const insert = bytes.subarray(below(bytes.length));
    const skip = below(3) ? 0 : 1 + below(300);
    const parts = [
      whole.subarray(0, at),
      below(4) ? insert.subarray(0, 1) : insert,
      whole.subarray(at + skip),
    ];
    await writeFile(path, seed % 5 ? Buffer.concat(parts) : whole.subarray(0, at));
    const expected = await outcome(path);
    const steered = new SteeredCore(below(20));
    assertSameOutcome(
      await outcome(path, { core: steered, piece: 64 + below(100) }),
      expected,
      `seed ${seed}`,
    );
    seen.add('error' in expected ? expected.error.split(':')[0] : 'read');
    seen.add(steered.outcome);
  }
  for (const kind of ['read', 'malformed', 'truncated', 'took', 'refused']) assert.ok(seen.has(kind), kind);
});

for (const major of [18, 20, 22, 24, 26] as NodeMajor[]) {
  test(`a snapshot of Node ${major} is the same by two real threads`, async () => {
    const plain = join(folder, `plain-${major}.heapsnapshot`);
    const tracked = join(folder, `tracked-${major}.heapsnapshot`);
    await promisify(execFile)(await nodeBinary(major), [PROGRAM, plain, tracked]);
    for (const path of [plain, tracked]) {
      const expected = await outcome(path);
      assert.ok('graph' in expected);
      const behind: boolean[] = [];
      const watched: Pick<SecondCore, 'run'> = {
        run: async (task, input) => {
          const running = core.run(task, input);
          const { words } = input as Given;
          // The first waits here until the second is where it takes edges.
          for (let turn = 0; turn < 2000 && words[1] === 2 ** 31 - 1; turn++) Atomics.wait(words, 2, 0, 10);
          const result = await running;
          behind.push(result !== undefined);
          return result;
        },
      };
      assertSameOutcome(await outcome(path, { core: watched, piece: 1 << 14 }), expected, path);
      assert.deepEqual(behind, [true]);
    }
  });
}

test('what is wrong with the rest of the file is told as one thread tells it', async () => {
  const whole = await readFile(join(folder, 'plain-24.heapsnapshot'));
  const path = join(folder, 'cut.heapsnapshot');
  for (const cut of [whole.subarray(0, -1), whole.subarray(0, -5000), whole.subarray(0, whole.length / 2)]) {
    await writeFile(path, cut);
    const expected = await outcome(path);
    assert.ok('error' in expected);
    assert.deepEqual(await outcome(path, { core, piece: 1 << 14 }), expected);
  }
});

test('the second thread can die, or be none', async () => {
  const path = join(folder, 'plain-24.heapsnapshot');
  const expected = await outcome(path);
  const source =
    "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));";
  for (const entry of [
    new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    new URL('none.js', WORKER),
  ]) {
    const dying = new SecondCore(entry);
    // It dies with the whole file unread behind: nothing was taken, so that the first goes on alone.
    assertSameOutcome(await outcome(path, { core: dying, piece: 1 << 14 }), expected, String(entry));
    dying.dispose();
  }
});

test('progress goes to the end, and reading by two stops when it is no longer wanted', async () => {
  const path = join(folder, 'plain-24.heapsnapshot');
  const { length } = await readFile(path);
  const readings: ProgressReading[] = [];
  const sizes = { piece: 1 << 14, large: 1 };
  await loadSnapshot(path, { report: (reading) => readings.push(reading) }, core, sizes);
  assert.deepEqual(readings.at(-1), { phase: 'reading', done: length, total: length });
  assert.ok(readings.every(({ done }, index) => index === 0 || done >= readings[index - 1].done));
  const signal = { aborted: false };
  const task = { signal, report: () => (signal.aborted = true) };
  await assert.rejects(loadSnapshot(path, task, core, sizes), (error) =>
    HeaplineError.is(error, 'cancelled'),
  );
  // The second thread is free again.
  await loadSnapshot(path, undefined, core, sizes);
});
