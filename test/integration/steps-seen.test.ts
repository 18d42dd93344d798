/** What agents on real packages do is seen: model calls, tools, runs and sessions, without a word in their code. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../src/build/cache.ts';
import type { RecordingEvent } from '../../src/protocol/recording.ts';
import { prepareParts } from '../bench/accuracy/prepare.ts';
import { ofType, type Recorded, Workshop } from '../support/capture.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

type Span = Extract<RecordingEvent, { type: 'span' }> & {
  end?: Extract<RecordingEvent, { type: 'span-end' }>;
};

const SOURCES = fileURLToPath(new URL('./agents', import.meta.url));

let shop: Workshop;
let folder: string;
before(async () => {
  shop = await Workshop.open();
  ({ folder } = await prepareParts('agents-', [SOURCES], join(cacheFolder(), 'agents')));
});
after(() => shop.close());

for (const major of [20, 24] as NodeMajor[]) {
  describe(`agents on Node ${major}`, () => {
    let recorded: Recorded;
    let spans: Span[];
    before(async () => {
      const node = await nodeBinary(major);
      recorded = await shop.run([node, join(folder, 'agents.mjs')], { snapshots: 2 });
      const ends = new Map(ofType(recorded.recording, 'span-end').map((event) => [event.id, event]));
      spans = ofType(recorded.recording, 'span').map((span) => ({ ...span, end: ends.get(span.id) }));
    });
    const byModel = (model: RegExp): Span[] =>
      spans.filter(({ kind, end }) => kind === 'model' && model.test(end?.model ?? ''));
    const above = (span: Span, kind: Span['kind']): Span | undefined => {
      let at: Span | undefined = span;
      while (at && at.kind !== kind) at = spans.find(({ id }) => id === at?.parent);
      return at;
    };
    const under = (parent: Span, kind: Span['kind']): Span[] =>
      spans.filter((span) => span.kind === kind && span !== parent && above(span, parent.kind) === parent);
    /** Each run's steps, as what belongs to them. */
    const stepsOf = (run: Span): string[] =>
      under(run, 'step').map((step) =>
        spans
          .filter(({ parent }) => parent === step.id)
          .map(({ kind, name }) => (kind === 'tool' ? `tool ${name}` : kind))
          .join(', '),
      );

    it('does all that it does without', () => {
      const { outcome, stdout, stderr } = recorded;
      assert.deepEqual([outcome.exitCode, outcome.failure], [0, undefined], stderr);
      assert.deepEqual(stdout.trim().split('\n'), [
        'plain',
        'vercel',
        'langGraph',
        'sequences',
        'mcp',
        'served',
        'traced',
        'told',
      ]);
      assert.deepEqual(
        ofType(recorded.recording, 'note').filter(({ level }) => level !== 'info'),
        [],
      );
    });

    it('calls of the plain client, each a step; a stream ends with its body, or when it is given up', () => {
      const first = spans.filter(
        ({ kind, name, session }) => kind === 'model' && name === 'chat' && !session,
      );
      const [whole, streamed, givenUp] = first;
      const took = ({ t, end }: Span): number => end!.t - t;
      assert.equal(whole.end?.failed, undefined);
      // The model lets 300 ms pass between the head of the answer and its end.
      assert.ok(took(streamed) > 150, `${took(streamed)} ms`);
      assert.equal(givenUp.end?.failed, true);
      assert.deepEqual(
        [whole, streamed, givenUp].map((span) => above(span, 'step')?.id).filter(Boolean).length,
        3,
      );
    });

    it("the AI SDK's runs, with their steps and tools, at the same time", () => {
      const runs = spans.filter(
        ({ kind, name }) => kind === 'run' && /^(generate|stream)Text$/.test(name ?? ''),
      );
      assert.deepEqual(
        runs.map((run) => [run.name, ...stepsOf(run)]),
        ['generateText', 'generateText', 'streamText'].map((name) => [name, 'model, tool lookup', 'model']),
      );
      for (const call of byModel(/^v[123]$/))
        assert.deepEqual(
          [call.end?.inputTokens, call.end?.outputTokens],
          major === 20 && call.end?.model === 'v3' ? [undefined, undefined] : [10, 6],
        );
      assert.equal(byModel(/^v[123]$/).length, 6);
    });

    it("LangGraph's threads are sessions, kept apart", () => {
      for (const name of ['g1', 'g2', 'g3']) {
        const session = spans.find((span) => span.kind === 'session' && span.name === name)!;
        const runs = spans.filter(({ kind, parent }) => kind === 'run' && parent === session.id);
        assert.deepEqual(runs.map(stepsOf), [
          ['model, tool lookup', 'model'],
          ['model, tool lookup', 'model'],
        ]);
        assert.ok(runs.every(({ end }) => end));
      }
    });

    it("a model of LangChain's that is part of a sequence is one call, and not its request another", () => {
      const runs = spans.filter(
        ({ kind, name, session }) => kind === 'run' && (name === 'RunnableSequence' || session === 'q1'),
      );
      assert.equal(runs.length, 2);
      for (const run of runs) {
        assert.deepEqual(stepsOf(run), ['model']);
        const during = spans.filter(({ kind, t }) => kind === 'model' && t >= run.t && t <= run.end!.t);
        assert.equal(during.length, 1);
      }
    });

    it('tools of MCP servers: over stdio, and over HTTP where the runtime tells of bodies', () => {
      const tools = spans.filter(({ kind, name }) => kind === 'tool' && name === 'add');
      assert.equal(tools.length, major === 20 ? 2 : 3);
      assert.ok(tools.every(({ end }) => end && !end.failed));
    });

    it('requests that come in are runs, in the session that they name', () => {
      for (const name of ['h1', 'h2']) {
        const session = spans.find((span) => span.kind === 'session' && span.name === name)!;
        const [run] = spans.filter(({ kind, parent }) => kind === 'run' && parent === session.id);
        assert.deepEqual(stepsOf(run), ['model', 'model']);
        assert.ok(run.end);
      }
    });

    it("OpenTelemetry's spans about agents", () => {
      for (const name of ['o1', 'o2']) {
        const session = spans.find((span) => span.kind === 'session' && span.name === name)!;
        const [run] = spans.filter(({ kind, parent }) => kind === 'run' && parent === session.id);
        assert.equal(run.name, 'desk');
        assert.deepEqual(stepsOf(run), ['model, tool search']);
      }
    });

    it('what the program tells by itself: sessions and steps', () => {
      for (const name of ['t1', 't2']) {
        const session = spans.find((span) => span.kind === 'session' && span.name === name)!;
        assert.ok(session.end);
        const steps = spans.filter(({ kind, parent }) => kind === 'step' && parent === session.id);
        assert.deepEqual(
          steps.map((step) => [step.name, under(step, 'model').length]),
          [
            ['first', 1],
            ['second', 1],
          ],
        );
      }
      assert.equal(ofType(recorded.recording, 'step').length, 4);
    });
  });
}
