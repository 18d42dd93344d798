import assert from 'node:assert/strict';
import { it } from 'node:test';
import { agentTimeline } from '../../../src/engine/agent-timeline.ts';
import { makeTimeline } from '../../../src/engine/timeline.ts';
import type { RecordingEvent, SpanKind } from '../../../src/protocol/recording.ts';

const begin = (
  id: number,
  t: number,
  kind: SpanKind,
  more: { name?: string; parent?: number } = {},
): RecordingEvent => ({ type: 'span', id, t, kind, ...more });
const end = (id: number, t: number, failed?: true): RecordingEvent => ({
  type: 'span-end',
  id,
  t,
  ...(failed && { failed }),
});

it('gives what the agent did, each with its kind, beginning and end', () => {
  const timeline = agentTimeline([
    begin(1, 0, 'run', { name: 'agent' }),
    begin(2, 10, 'model', { name: 'm', parent: 1 }),
    end(2, 40),
    begin(3, 40, 'tool', { name: 'search', parent: 1 }),
    end(3, 45, true),
    end(1, 60),
  ])!;
  assert.deepEqual(timeline.bands, [
    { kind: 'run', t: 0, end: 60, name: 'agent' },
    { kind: 'model', t: 10, end: 40, name: 'm' },
    { kind: 'tool', t: 40, end: 45, name: 'search', failed: 1 },
  ]);
  assert.deepEqual(timeline.totals, [
    { kind: 'run', count: 1, failed: 0, ms: 60, longestMs: 60 },
    { kind: 'model', count: 1, failed: 0, ms: 30, longestMs: 30 },
    { kind: 'tool', count: 1, failed: 1, ms: 5, longestMs: 5 },
  ]);
  assert.equal(agentTimeline([{ type: 'step', t: 1, step: 1, source: 'mark' }]), undefined);
  assert.equal('agent' in makeTimeline([], []), false);
});

it('lets a session that tells no end go as far as its parts, anything else as the recording', () => {
  const { bands } = agentTimeline([
    begin(1, 0, 'session'),
    begin(2, 5, 'run', { parent: 1 }),
    begin(3, 6, 'model', { parent: 2 }),
    end(3, 30),
    begin(4, 50, 'session'),
    { type: 'stopped', t: 100, ms: 1 },
  ])!;
  assert.deepEqual(
    bands.map(({ kind, t, end: until }) => [kind, t, until]),
    [
      ['session', 0, 30],
      ['run', 5, 100],
      ['model', 6, 30],
      ['session', 50, 100],
    ],
  );
});

it('stays small however much was done, loses nothing, and keeps what took long by itself', () => {
  const events: RecordingEvent[] = [];
  const steps = 100_000;
  for (let i = 0; i < steps; i++) {
    events.push(begin(2 * i, i * 10, 'model', { name: 'same' }), end(2 * i, i * 10 + (i === 777 ? 9000 : 4)));
    events.push(begin(2 * i + 1, i * 10 + 5, 'tool', { name: `tool ${i % 3}` }));
    events.push(end(2 * i + 1, i * 10 + 9, i % 1000 ? undefined : true));
  }
  const { bands, totals } = agentTimeline(events)!;
  assert.ok(bands.length <= 1000, String(bands.length));
  for (const kind of ['model', 'tool'] as const) {
    const own = bands.filter((band) => band.kind === kind);
    assert.equal(
      own.reduce((sum, { count = 1 }) => sum + count, 0),
      steps,
    );
    assert.ok(own.length >= 250, `still fine: ${own.length}`);
  }
  // One at a time: they need no second row.
  const tools = bands.filter(({ kind }) => kind === 'tool');
  for (const [i, { t }] of tools.entries()) assert.ok(i === 0 || t >= tools[i - 1].end);
  assert.ok(bands.some(({ t, end: until, count }) => t === 7770 && until === 16_770 && !count));
  assert.equal(
    bands.filter(({ kind }) => kind === 'tool').reduce((sum, { failed = 0 }) => sum + failed, 0),
    totals[1].failed,
  );
  assert.equal(totals[1].failed, steps / 1000);
  assert.ok(bands.filter(({ kind }) => kind === 'model').every(({ name }) => name === 'same'));
  assert.deepEqual(
    bands.map(({ t }) => t),
    bands.map(({ t }) => t).sort((a, b) => a - b),
  );
});
