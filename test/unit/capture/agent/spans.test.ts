import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentRecord, SpanBegun } from '../../../../src/capture/agent/records.ts';
import { AgentSpans } from '../../../../src/capture/agent/spans.ts';
import type { RecordingEvent } from '../../../../src/protocol/recording.ts';

const begin = (
  id: number,
  at: number,
  kind: SpanBegun['kind'],
  more: Partial<SpanBegun> = {},
): SpanBegun => ({
  type: 'begin',
  id,
  at,
  kind,
  ...more,
});
const end = (id: number, at: number): AgentRecord => ({ type: 'end', id, at });

/** What is written, as a tree: `kind name from-to`, children further in. */
function tree(records: AgentRecord[], offset = 0): { lines: string[]; steps: number[]; told: number[] } {
  const events: RecordingEvent[] = [];
  const steps: number[] = [];
  const told: number[] = [];
  const spans = new AgentSpans(
    (event) => events.push(event),
    (t, isTold) => (isTold ? told : steps).push(t),
  );
  spans.hear(records, offset);
  const begun = events.filter((event) => event.type === 'span');
  const ends = new Map(events.flatMap((event) => (event.type === 'span-end' ? [[event.id, event.t]] : [])));
  const below = (parent: number | undefined, depth: number): string[] =>
    begun
      .filter((span) => span.parent === parent)
      .flatMap(({ id, kind, name, t }) => [
        `${'  '.repeat(depth)}${kind}${name ? ` ${name}` : ''} ${t}-${ends.get(id) ?? ''}`,
        ...below(id, depth + 1),
      ]);
  return { lines: below(undefined, 0), steps, told };
}

test('a step is a model call and the tools that follow until the next', () => {
  const { lines, steps } = tree(
    [
      begin(1, 0, 'model', { name: 'chat' }),
      end(1, 10),
      begin(2, 12, 'tool', { name: 'search' }),
      end(2, 20),
      begin(3, 25, 'model', { name: 'chat' }),
      end(3, 30),
    ],
    100,
  );
  assert.deepEqual(lines, [
    'step 100-125',
    '  model chat 100-110',
    '  tool search 112-120',
    'step 125-',
    '  model chat 125-130',
  ]);
  assert.deepEqual(steps, [125]);
});

test('sessions at the same time have steps of their own; a run ends its last', () => {
  const { lines } = tree([
    begin(1, 0, 'run', { name: 'graph', session: 'a' }),
    begin(2, 1, 'run', { name: 'graph', session: 'b' }),
    begin(3, 2, 'model', { parent: 1, session: 'a' }),
    begin(4, 3, 'model', { parent: 2, session: 'b' }),
    end(3, 4),
    begin(5, 5, 'tool', { parent: 1, name: 'x' }),
    end(4, 6),
    begin(6, 7, 'model', { parent: 2 }),
    end(5, 8),
    end(6, 9),
    end(1, 10),
    end(2, 11),
  ]);
  assert.deepEqual(lines, [
    'session a 0-',
    '  run graph 0-10',
    '    step 2-10',
    '      model 2-4',
    '      tool x 5-8',
    'session b 1-',
    '  run graph 1-11',
    '    step 3-7',
    '      model 3-6',
    '    step 7-11',
    '      model 7-9',
  ]);
});

test('calls at the same time are one step of one session, and several of nobody knows whom', () => {
  const calls = (session?: string) => [
    begin(1, 0, 'model', { session }),
    begin(2, 1, 'model', { session }),
    end(1, 2),
    end(2, 3),
    begin(3, 4, 'model', { session }),
  ];
  assert.deepEqual(tree(calls('s')).lines, [
    'session s 0-',
    '  step 0-4',
    '    model 0-2',
    '    model 1-3',
    '  step 4-',
    '    model 4-',
  ]);
  assert.deepEqual(tree(calls()).lines, [
    'step 0-2',
    '  model 0-2',
    'step 1-4',
    '  model 1-3',
    'step 4-',
    '  model 4-',
  ]);
});

test('within a tool, and within a step that is told, none is made up', () => {
  const { lines, steps, told } = tree([
    begin(1, 0, 'step', { name: 'turn', told: true }),
    begin(2, 1, 'tool', { parent: 1, name: 'sub-agent' }),
    begin(3, 2, 'model', { parent: 2 }),
    end(3, 3),
    end(2, 4),
    begin(4, 5, 'model', { parent: 1 }),
    end(4, 6),
    end(1, 7),
  ]);
  assert.deepEqual(lines, ['step turn 0-7', '  tool sub-agent 1-4', '    model 2-3', '  model 5-6']);
  assert.deepEqual([steps, told], [[], [7]]);
});

test('a thousand sessions at the same time, a hundred steps each', () => {
  const events: RecordingEvent[] = [];
  const spans = new AgentSpans(
    (event) => events.push(event),
    () => {},
  );
  let id = 0;
  for (let turn = 0; turn < 100; turn++) {
    const calls = Array.from({ length: 1000 }, (_, i) =>
      begin(++id, turn, 'model', { session: `session ${i}` }),
    );
    spans.hear([...calls, ...calls.map((call) => end(call.id, turn + 0.5))], 0);
  }
  const each = new Map<string, number>();
  for (const event of events)
    if (event.type === 'span' && event.kind === 'step')
      each.set(event.session!, (each.get(event.session!) ?? 0) + 1);
  assert.equal(each.size, 1000);
  assert.ok([...each.values()].every((steps) => steps === 100));
});

test('times go by the message that came the quickest', () => {
  const events: RecordingEvent[] = [];
  const spans = new AgentSpans(
    (event) => events.push(event),
    () => {},
  );
  spans.hear([], 1000);
  spans.hear([begin(1, 10, 'tool')], 1060);
  spans.hear([end(1, 20)], 1005);
  assert.deepEqual(
    events.map(({ t }) => t),
    [1010, 1020],
  );
});

test('what was begun before the recording is not ended in it', () => {
  assert.deepEqual(tree([end(9, 5), begin(10, 6, 'model', { parent: 9 })]).lines, ['step 6-', '  model 6-']);
});
