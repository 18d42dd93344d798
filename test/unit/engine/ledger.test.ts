import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SampleClock } from '../../../src/engine/ledger/clock.ts';
import { makeLedger } from '../../../src/engine/ledger/ledger.ts';
import type { Ledger, LedgerRow } from '../../../src/protocol/ledger.ts';
import type { RecordingEvent, SpanKind } from '../../../src/protocol/recording.ts';
import type { SamplingNode, SamplingProfile } from '../../../src/recording/reader.ts';
import { ScriptMap } from '../../../src/source/script-map.ts';
import { seededRandom } from '../../support/random.ts';
import { memory } from './support.ts';

const INTERVAL = 1000;

/** A program that is told what it does, and notes it as a recording would. */
class Program {
  readonly events: RecordingEvent[] = [];
  readonly samples: SamplingProfile['samples'] = [];
  private t = 0;
  private allocated = 0;
  private handles = 0;
  private id = 0;

  begin(kind: SpanKind, more: { parent?: number; session?: string; name?: string } = {}): number {
    this.events.push({ type: 'span', t: this.t, id: ++this.id, kind, heap: this.heap(), ...more });
    return this.id;
  }

  end(id: number, more: { inputTokens?: number } = {}): void {
    this.events.push({ type: 'span-end', t: this.t, id, heap: this.heap(), ...more });
  }

  /** Allocates so many objects of the interval's size, each sampled; @param kept of them, the last */
  work(objects: number, kept: number, ms = 1): void {
    this.t += ms;
    this.allocated += objects * INTERVAL;
    for (let i = 0; i < objects; i++) {
      this.handles++;
      if (i >= objects - kept) this.samples.push({ size: INTERVAL, nodeId: 2, ordinal: this.handles });
    }
  }

  step(step: number): void {
    this.events.push({ type: 'step', t: this.t, step, source: 'output' });
  }

  ledger(mostRows = 1000): Promise<Ledger> {
    const end = memory(this.t, { heapUsed: 5e6 });
    const last: RecordingEvent = {
      ...end,
      type: 'memory',
      heap: this.heap(),
      ordinal: this.handles,
    } as RecordingEvent;
    return makeLedger({
      events: [...this.events, last],
      at: { snapshot: 1, t: this.t },
      profile: { head, samples: this.samples },
      samplingInterval: INTERVAL,
      map: new ScriptMap([], undefined),
      mostRows,
    });
  }

  private heap() {
    return { used: 4e6, external: 0, allocated: this.allocated, handles: this.handles };
  }
}

const frame = (functionName: string, url: string) => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber: 4,
  columnNumber: 0,
});
const leaf: SamplingNode = { callFrame: frame('push', 'node:internal'), selfSize: 0, id: 2, children: [] };
const head: SamplingNode = {
  callFrame: frame('(root)', ''),
  selfSize: 0,
  id: 0,
  children: [{ callFrame: frame('remember', 'file:///app/memory.js'), selfSize: 0, id: 1, children: [leaf] }],
};

const row = ({ rows }: { rows: LedgerRow[] }, number: number): LedgerRow =>
  rows.find((one) => one.number === number)!;

test('one after the other: each has what it allocated, inner ones are part of outer ones', async () => {
  const program = new Program();
  const run = program.begin('run', { name: 'main' });
  program.work(10, 1);
  for (const kept of [40, 0, 7]) {
    const step = program.begin('step', { parent: run });
    const model = program.begin('model', { parent: step, name: 'chat' });
    program.work(20, 5);
    program.end(model, { inputTokens: 100 });
    program.work(80, kept);
    const tool = program.begin('tool', { parent: step, name: 'search' });
    program.work(4, 2);
    program.end(tool);
    program.end(step);
  }
  program.end(run);
  program.work(5, 5);
  const ledger = await program.ledger();
  const { steps, runs, tools, models, live } = ledger;
  assert.deepEqual(
    steps.rows.map((one) => one.allocated),
    [104_000, 104_000, 104_000],
  );
  const [first, second] = steps.rows;
  assert.ok(first.live.low <= 47_000 && first.live.high >= 47_000);
  assert.ok(second.live.low <= 7000 && second.live.high >= 7000);
  assert.equal(first.live.bytes, 47_000);
  assert.equal(second.live.bytes, 7000);
  assert.equal(first.inputTokens, 100);
  assert.deepEqual([first.modelCalls, first.toolCalls], [1, 1]);
  assert.equal(runs.rows[0].live.bytes, 69_000);
  assert.equal(runs.rows[0].allocated, 322_000);
  assert.deepEqual([tools.rows[0].name, tools.rows[0].count, tools.rows[0].live.bytes], ['search', 3, 6000]);
  assert.deepEqual([models.rows[0].count, models.rows[0].live.bytes], [3, 15_000]);
  assert.deepEqual([live.total, live.inSpans, live.byCohorts], [74_000, 69_000, false]);
  // The user's function, not the runtime's that it called.
  assert.equal(ledger.heat.rows[0].function, 'remember');
  assert.deepEqual(ledger.heat.rows[0].cells, [47_000, 7000, 14_000]);
});

test('steps that the program prints are told by what came since the one before', async () => {
  const program = new Program();
  for (const kept of [3, 30, 0]) {
    const model = program.begin('model', { name: 'chat' });
    program.work(50, kept);
    program.end(model);
    program.step(program.events.length);
  }
  const { stepsAre, steps } = await program.ledger();
  assert.equal(stepsAre, 'told');
  assert.deepEqual(
    steps.rows.map(({ number, live, modelCalls }) => [number, live.bytes, modelCalls]),
    [
      [1, 3000, 1],
      [2, 30_000, 1],
      [3, 0, 1],
    ],
  );
});

test('what is alive in told steps was seen, in no call: all but what came after the last', async () => {
  const program = new Program();
  for (const kept of [3, 30]) {
    program.work(50, kept);
    // Where it begins and ends the samples are counted; nothing is allocated in it.
    program.end(program.begin('model', { name: 'chat' }));
    program.step(program.events.length);
  }
  program.work(10, 4);
  const { live } = await program.ledger();
  assert.deepEqual([live.total, live.inSpans], [37_000, 33_000]);
});

test('sessions at the same time: who waits for a model is none that allocates; where two may, the range says so', async () => {
  const program = new Program();
  const sessions = ['a', 'b'].map((session) => program.begin('session', { session, name: session }));
  const [a, b] = sessions.map((parent, i) => program.begin('step', { parent, session: 'ab'[i] }));
  const waits = program.begin('model', { parent: a, session: 'a' });
  // Just after the call of a, and just before the next of b: either.
  program.work(10, 10);
  const tool = program.begin('tool', { parent: b, session: 'b', name: 'search' });
  program.work(100, 60);
  program.end(tool);
  program.work(50, 40);
  const more = program.begin('tool', { parent: b, session: 'b', name: 'search' });
  program.end(more);
  program.end(b);
  program.end(waits);
  program.work(20, 20);
  program.end(a);
  const { sessions: table, steps } = await program.ledger();
  const [ofA, ofB] = steps.rows;
  assert.deepEqual([ofA.session, ofB.session], ['a', 'b']);
  assert.equal(ofA.live.bytes + ofB.live.bytes, 130_000);
  assert.equal(ofA.live.bytes, 25_000);
  assert.ok(ofA.live.low <= 20_000 && ofA.live.high >= 30_000);
  assert.ok(ofB.live.low <= 100_000 && ofB.live.high >= 110_000);
  assert.equal(row(table, 1).live.bytes, 25_000);
  assert.equal(row(table, 1).to, undefined, 'it is not over');
});

test('steps that are alike judge each other, one that is not stays what it is', async () => {
  const program = new Program();
  const random = seededRandom(7);
  for (let i = 0; i < 60; i++) {
    const step = program.begin('step', { name: 'turn' });
    // 40 on average, as chance has it with samples.
    let kept = 0;
    for (let k = 0; k < 400; k++) if (random() < 0.1) kept++;
    program.work(500, i === 30 ? 400 : kept);
    program.end(step);
  }
  const { steps } = await program.ledger();
  const others = steps.rows.filter(({ number }) => number !== 31);
  for (const { number, live } of others)
    assert.ok(Math.abs(live.bytes - 40_000) < 4000, `${number}: ${live.bytes}`);
  assert.equal(row(steps, 31).live.bytes, 400_000);
});

test('1,000 sessions at the same time, 100,000 steps: sums are right, rows are few', async () => {
  const program = new Program();
  const truth = new Float64Array(1000);
  const open: { step: number; model: number; session: number; kept: number }[] = [];
  const sessions = Array.from(truth, (_, i) => program.begin('session', { session: `s${i}`, name: `s${i}` }));
  const random = seededRandom(3);
  let total = 0;
  for (let done = 0; done < 100_000; ) {
    // One answer comes, its session works on and asks again: the others wait.
    const session = Math.floor(random() * 1000);
    const now = open[session];
    if (now) {
      program.end(now.model);
      program.work(3, now.kept, 0.2);
      truth[session] += now.kept;
      total += now.kept;
      program.end(now.step);
      done++;
    }
    const step = program.begin('step', { parent: sessions[session], session: `s${session}` });
    const model = program.begin('model', { parent: step, session: `s${session}`, name: 'chat' });
    open[session] = { step, model, session, kept: session < 5 && random() < 0.3 ? 3 : 0 };
  }
  const ledger = await program.ledger(500);
  const { sessions: table, steps, models } = ledger;
  assert.equal(ledger.live.total, total * INTERVAL);
  assert.equal(table.total, 1000);
  assert.equal(table.rows.length, 500);
  for (let i = 0; i < 5; i++) {
    const found = table.rows.find(({ session }) => session === `s${i}`)!;
    assert.ok(Math.abs(found.live.bytes / INTERVAL / truth[i] - 1) < 0.02, `s${i}: ${found.live.bytes}`);
  }
  const sum = (rows: readonly LedgerRow[]): number => rows.reduce((all, { live }) => all + live.bytes, 0);
  assert.ok(Math.abs(sum([...table.rows, table.rest!]) - total * INTERVAL) < 1);
  assert.ok(steps.total > 100_000 && steps.rows.length === 500);
  assert.equal(steps.rest!.count + 500, steps.total);
  assert.ok(Math.abs(sum([...steps.rows, steps.rest!]) - total * INTERVAL) < 1);
  assert.equal(models.rows.length, 1);
  assert.ok(ledger.heat.columns.length <= 120);
  assert.ok(JSON.stringify(ledger).length < 1e6);
});

test('how far the sampler was: by its handles between what is known, whatever large objects there are', () => {
  const heap = (allocated: number, handles: number) => ({ used: 1, external: 0, allocated, handles });
  const clock = new SampleClock(
    [
      { type: 'span', t: 10, id: 1, kind: 'step', heap: heap(0, 0) },
      // Ten large objects: ten samples, not a thousand.
      { type: 'span-end', t: 20, id: 1, heap: heap(1_000_000, 10) },
      { ...memory(30), type: 'memory', heap: heap(1_090_000, 100), ordinal: 200 } as RecordingEvent,
    ],
    INTERVAL,
  );
  assert.ok(clock.to(10).ordinal <= 100);
  const { ordinal, bytes } = clock.to(20);
  assert.equal(bytes, 1_000_000);
  assert.ok(Math.abs(ordinal - clock.to(10).ordinal - 10) < 11, `${ordinal}`);
  assert.equal(clock.to(30).ordinal, 200);
});
