import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { EntryFact } from '../../../src/engine/owner-facts.ts';
import { RULES, withRule } from '../../../src/engine/rules/rules.ts';
import type { Finding, FindingKind, SnapshotPoint } from '../../../src/protocol/findings.ts';
import type { SourceExcerpt } from '../../../src/protocol/report.ts';
import { finding } from '../../support/extension-data.ts';
import { PROJECT } from '../../support/heapline.ts';

interface Case {
  kind: FindingKind;
  /** `Holder.field`, or a variable. */
  name: string;
  /** Classes that the container holds itself. */
  entries?: string[];
  /** Other classes below, with bytes. */
  gained?: Record<string, number>;
  className?: string;
  /** Classes above the container, from the root on. */
  holders?: string[];
  edge?: string;
  line?: string;
  perSnapshot?: SnapshotPoint[];
}

const LINE = 20;

function judged({ kind, name, entries = [], gained = {}, className = 'Map', ...more }: Case): Finding {
  const { holders = [], edge = '.x', line, perSnapshot = [] } = more;
  const facts: EntryFact[] = entries.map((entry) => ({ className: entry, share: 1 / entries.length }));
  const all = { ...Object.fromEntries(entries.map((entry) => [entry, 1000])), ...gained };
  const path = '/w/agent.mjs';
  const sources: SourceExcerpt[] = line === undefined ? [] : [{ path, firstLine: LINE, lines: [line] }];
  const made = finding({
    kind,
    owner: { className, name, nodeId: 9 },
    retainingPath: [
      ...holders.map((holder, i) => ({ edge: '.h', name: `h${i}`, className: holder, nodeId: i + 100 })),
      { edge, name: 'x', className, nodeId: 9 },
      { edge: '[…]', name: 'x[]', className: entries[0] ?? '(string)', nodeId: 9 },
    ],
    gained: Object.entries(all).map(([one, bytes]) => ({ className: one, objects: 100, bytes })),
    growth: { bytes: 1, objects: 1, perSnapshot },
    storeSite: { url: `file://${path}`, path, line: LINE, column: 3, function: 'store' },
  });
  return withRule(made, facts, sources);
}

const steps = (bytes: (step: number) => number): SnapshotPoint[] =>
  [0, 10, 20, 30, 40, 50, 60].map((step, i) => ({
    snapshot: i + 1,
    time: step,
    step,
    objects: step * 3,
    bytes: bytes(step),
  }));

/** As leaks of that kind look in programs that nobody here wrote. */
const CASES: Record<string, Case[]> = {
  'conversation-history': [
    { kind: 'array', name: 'Memory.messages', className: 'Array', entries: ['{role, content}'] },
    {
      kind: 'array',
      name: 'ChatMessageHistory.items',
      className: 'Array',
      entries: ['HumanMessage', 'AIMessage'],
    },
    {
      kind: 'linked-list',
      name: 'Conversation.head',
      className: 'Turn',
      entries: ['Turn'],
      gained: { '{role, parts}': 900 },
    },
    {
      kind: 'array',
      name: 'log',
      className: 'Array',
      entries: ['{role, content, tool_calls}', '{role, tool_call_id, content}'],
    },
  ],
  'history-copies': [
    {
      kind: 'array',
      name: 'saver.list',
      className: 'Array',
      entries: ['{step, state}'],
      perSnapshot: steps((step) => 100 * step * step),
    },
    {
      kind: 'dictionary',
      name: 'MemorySaver.storage',
      className: 'Object',
      entries: ['{channel_values}'],
      holders: ['MemorySaver'],
    },
    { kind: 'array', name: 'checkpoints', className: 'Array', entries: ['{messages, step}'] },
  ],
  'duplicated-prompts': [
    {
      kind: 'array',
      name: 'calls',
      className: 'Array',
      entries: ['{prompt, at}'],
      gained: { '(string)': 90_000 },
    },
    {
      kind: 'set',
      name: 'systemPrompts',
      className: 'Set',
      entries: ['(string)'],
      gained: { '(string)': 90_000 },
    },
  ],
  'tool-instances': [
    { kind: 'array', name: 'Toolbox.instances', className: 'Array', entries: ['SearchTool', 'WeatherTool'] },
    { kind: 'dictionary', name: 'Group.instances', className: 'Object', entries: ['Bottleneck'] },
    { kind: 'set', name: 'clients', className: 'Set', entries: ['OpenAI'], gained: { Completions: 800 } },
    {
      kind: 'array',
      name: 'registered',
      className: 'Array',
      entries: ['{name, description, inputSchema, execute}'],
    },
  ],
  'agent-registry': [
    {
      kind: 'map',
      name: 'AgentRegistry.byId',
      entries: ['(string)', 'ResearchAgent'],
      holders: ['AgentRegistry'],
      gained: { '{role, content}': 90_000, CriticAgent: 800 },
    },
    { kind: 'set', name: 'team', className: 'Set', entries: ['PlannerAgent'] },
  ],
  'captured-agent': [
    {
      kind: 'array',
      name: 'cleanups',
      className: 'Array',
      entries: ['function'],
      gained: { scope: 90, Agent: 900 },
    },
    {
      kind: 'set',
      name: 'Scheduler.jobs',
      className: 'Set',
      entries: ['run()'],
      gained: { scope: 90, Session: 900 },
    },
  ],
  'open-sessions': [
    {
      kind: 'map',
      name: 'SessionStore.sessions',
      entries: ['(string)', 'Session'],
      gained: { '{role, content}': 9000 },
    },
    { kind: 'dictionary', name: 'conversations', className: 'Object', entries: ['{user, history}'] },
    { kind: 'map', name: 'byUser', entries: ['(string)', 'ConversationState'] },
  ],
  'open-transports': [
    {
      kind: 'map',
      name: 'McpHub.connections',
      entries: ['(string)', 'StdioClientTransport'],
      gained: { ChildProcess: 900, Socket: 9000 },
    },
    { kind: 'array', name: 'spawned', className: 'Array', entries: ['ChildProcess'] },
    { kind: 'set', name: 'sockets', className: 'Set', entries: ['WebSocket'] },
  ],
  'unbounded-cache': [
    { kind: 'map', name: 'modelCache', entries: ['(string)', 'ConfigurableModel'] },
    {
      kind: 'map',
      name: 'InMemoryCache.entries',
      holders: ['InMemoryCache'],
      entries: ['(string)', '{value}'],
    },
    {
      kind: 'dictionary',
      name: 'embeddings',
      className: 'Object',
      entries: ['Array'],
      line: '  if (!(text in embeddings)) embeddings[text] = await embed(text);',
    },
    {
      kind: 'map',
      name: 'parsed',
      entries: ['(string)', '{ast}'],
      line: '  if (!parsed.has(key)) parsed.set(key, parse(key));',
    },
  ],
  'schema-recompilation': [
    { kind: 'map', name: '_map', className: 'WeakMap', holders: ['$ZodRegistry'], entries: ['ZodObject'] },
    { kind: 'map', name: 'Ajv._cache', holders: ['Ajv'], entries: ['{type, properties}', 'SchemaEnv'] },
    { kind: 'array', name: 'validators', className: 'Array', entries: ['function'] },
  ],
  'trace-retention': [
    {
      kind: 'array',
      name: 'InMemorySpanExporter._finishedSpans',
      className: 'Array',
      holders: ['InMemorySpanExporter'],
      entries: ['SpanImpl'],
    },
    {
      kind: 'map',
      name: 'LangChainTracer.runMap',
      holders: ['LangChainTracer'],
      entries: ['(string)', '{id, name, run_type, child_runs}'],
    },
    { kind: 'array', name: 'child_runs', className: 'Array', entries: ['RunTree'] },
  ],
  listeners: [
    { kind: 'listeners', name: 'bus', className: 'EventEmitter', entries: ['function'] },
    {
      kind: 'listeners',
      name: 'shutdown.signal',
      className: 'AbortSignal',
      entries: ['Listener'],
      gained: { Agent: 9000 },
    },
    {
      kind: 'array',
      name: 'Store.subscribers',
      className: 'Array',
      entries: ['function'],
      gained: { scope: 90 },
    },
  ],
  'async-context': [
    { kind: 'closure', name: 'store', className: 'scope', holders: ['AsyncContextFrame'] },
    { kind: 'object', name: 'next', className: 'Object', edge: '[<symbol kResourceStore>]' },
    { kind: 'linked-list', name: 'frames', className: 'Object', entries: ['AsyncContextFrame'] },
  ],
  'unsettled-promises': [
    { kind: 'promise-chain', name: 'tail', className: 'Promise', entries: ['Promise'] },
    { kind: 'map', name: 'Protocol._responseHandlers', entries: ['{resolve, reject}'] },
    { kind: 'array', name: 'waiters', className: 'Array', entries: ['function'] },
  ],
  'uncleared-timers': [
    {
      kind: 'timers',
      name: 'timers',
      className: 'TimersList',
      entries: ['Timeout'],
      gained: { Session: 9000 },
    },
  ],
  'external-memory': [
    { kind: 'external-memory', name: 'external memory', className: 'external memory' },
    {
      kind: 'array',
      name: 'Recorder.chunks',
      className: 'Array',
      entries: ['Buffer'],
      gained: { 'ArrayBuffer data': 900_000 },
    },
  ],
};

describe('rules', () => {
  for (const { id, title } of RULES) {
    it(id, () => {
      assert.ok(CASES[id]?.length, `there is a case of ${id}`);
      for (const one of CASES[id]) {
        const { rule, reasons, advice } = judged(one);
        assert.deepEqual(rule, { id, title }, `${one.name}: ${reasons.at(-1)}`);
        assert.equal(reasons.length, 2);
        assert.ok(advice.length >= 3 && !advice.includes('Keep only what is needed.'));
      }
    });
  }

  it('name nothing where none fits, and leave the finding as it is', () => {
    for (const one of [
      { kind: 'map', name: 'Shop.items', entries: ['(string)', 'Item'] },
      { kind: 'array', name: 'rows', className: 'Array', entries: ['{id, price}'] },
      { kind: 'set', name: 'ids', className: 'Set', entries: ['(string)'] },
      { kind: 'dictionary', name: 'byNumber', className: 'Object', entries: ['Invoice'] },
      { kind: 'linked-list', name: 'List.head', className: 'Node', entries: ['Node'] },
      { kind: 'string', name: 'output', className: '(string)' },
      { kind: 'closure', name: 'total', className: 'scope' },
      // What lies far below the entries is not what grows.
      {
        kind: 'map',
        name: 'orders',
        entries: ['(string)', 'Order'],
        gained: { Parser: 100, '{role, content}': 100 },
      },
    ] satisfies Case[]) {
      const { rule, reasons, advice } = judged(one);
      assert.deepEqual(
        [rule, reasons.length, advice],
        [undefined, 1, ['Keep only what is needed.']],
        one.name,
      );
    }
  });

  it('a bend needs growth that rises all the way', () => {
    const bent = (bytes: (step: number) => number): string | undefined =>
      judged({
        kind: 'array',
        name: 'versions',
        className: 'Array',
        entries: ['{id}'],
        perSnapshot: steps(bytes),
      }).rule?.id;
    assert.equal(
      bent((step) => step * step),
      'history-copies',
    );
    assert.equal(
      bent((step) => 100 * step),
      undefined,
    );
    assert.equal(
      bent((step) => 100 * step + (step % 20)),
      undefined,
    );
    // A table that doubles once.
    assert.equal(
      bent((step) => 100 * step + (step > 30 ? 2000 : 0)),
      undefined,
    );
    assert.equal(
      bent((step) => 1000 * Math.sqrt(step)),
      undefined,
    );
    // Growth that begins late, and is nearly even from there on.
    assert.equal(
      bent((step) => 100 * Math.max(0, step - 15) + 0.05 * step * step),
      undefined,
    );
  });
});

it('each rule has its page, and the schema of ignore files knows it', () => {
  const folder = join(PROJECT, 'media', 'rules');
  const pages = readdirSync(folder).map((name) => name.replace(/\.md$/, ''));
  const ids = RULES.map(({ id }) => id);
  assert.deepEqual(pages.sort(), [...ids].sort());
  for (const { id, title } of RULES) {
    assert.match(id, /^[a-z]+(-[a-z]+)*$/);
    const page = readFileSync(join(folder, `${id}.md`), 'utf8');
    assert.ok(page.startsWith(`# ${title}\n`), id);
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(headings, [
      'What it looks like',
      'Why it happens',
      'How to mend it',
      'How to check',
      'When it is meant to be so',
    ]);
    assert.match(page, /```js\n\/\/ before[\s\S]+\/\/ after/);
  }
  const schema = JSON.parse(readFileSync(join(PROJECT, 'media', 'schemas', 'ignore.schema.json'), 'utf8'));
  const { rule } = schema.properties.ignore.items.properties;
  assert.deepEqual([rule.enum, rule.enumDescriptions], [ids, RULES.map(({ title }) => title)]);
});
