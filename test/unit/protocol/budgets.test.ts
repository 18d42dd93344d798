import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BudgetWatch } from '../../../src/protocol/budget-watch.ts';
import { budgetCrossed, budgetSentence, passedBudgets } from '../../../src/protocol/budget-words.ts';
import {
  BUDGET_NAMES,
  type Budgets,
  defaultBudgets,
  mergeBudgets,
  parseBudget,
  readBudgets,
} from '../../../src/protocol/budgets.ts';
import type { RecordingEvent } from '../../../src/protocol/recording.ts';

const memory = (t: number, more: Partial<Extract<RecordingEvent, { type: 'memory' }>>): RecordingEvent => ({
  type: 'memory',
  t,
  heapUsed: 0,
  heapTotal: 0,
  external: 0,
  arrayBuffers: 0,
  rss: 0,
  ...more,
});
const gc = (
  t: number,
  pauseMs: number,
  kind: 'scavenge' | 'mark-compact' = 'mark-compact',
): RecordingEvent => ({
  type: 'gc',
  t,
  kind,
  pauseMs,
});

/** What is told, as `rss warn 5`. */
function told(budgets: Budgets, events: readonly RecordingEvent[]): string[] {
  const watch = new BudgetWatch(budgets);
  return events.flatMap((event) =>
    watch
      .hear(event)
      .map(({ budget, level, value, subject }) =>
        [budget, level, value, subject].filter((one) => one !== undefined).join(' '),
      ),
  );
}

function problems(value: unknown): string[] {
  const found: string[] = [];
  readBudgets(value, (key, why) => found.push(`${key}: ${why}`));
  return found;
}

test('what people write: sizes, times, numbers, both levels, none', () => {
  const read = readBudgets(
    {
      rss: '500MB',
      heapUsed: { warn: '300 MB', alert: 4e8 },
      gcPause: { warn: '50ms' },
      gcPerMinute: 30,
      siteGrowth: false,
      sessions: '12',
    },
    (key, why) => assert.fail(`${key}: ${why}`),
  );
  assert.deepEqual(read, {
    rss: { alert: 5e8 },
    heapUsed: { warn: 3e8, alert: 4e8 },
    gcPause: { warn: 50 },
    gcPerMinute: { alert: 30 },
    siteGrowth: 'off',
    sessions: { alert: 12 },
  });
  const merged = mergeBudgets({ rss: { alert: 1 }, gcPause: 'off' }, read);
  assert.deepEqual(merged.rss, { alert: 5e8 });
  assert.equal(merged.siteGrowth, undefined);
  assert.deepEqual(merged.gcPause, { warn: 50 });
  assert.deepEqual(merged.cacheEntries, { warn: 5000, alert: 7000 });
});

test('nothing is limited of sessions, children and tokens until it is set', () => {
  const usual = defaultBudgets();
  assert.deepEqual(
    BUDGET_NAMES.filter((name) => !usual[name]),
    ['sessions', 'childProcesses', 'sessionTokens'],
  );
  assert.notEqual(defaultBudgets().rss, usual.rss);
});

test('what is off is named', () => {
  assert.match(problems({ rrs: '1GB' })[0], /^rrs: there is no budget `rrs`; there are rss, heapUsed,/);
  assert.match(problems({ rss: { max: 1 } })[0], /^rss: `max` is neither/);
  assert.match(problems({ rss: {} })[0], /^rss: `warn`, `alert` or both/);
  assert.match(problems({ rss: { warn: '2GB', alert: '1GB' } })[0], /^rss: `warn` must not be above/);
  for (const bad of ['many', '', -1, 0, true, [], '5%', Number.NaN, '1e9']) {
    assert.equal(problems({ rss: bad }).length, 1, String(bad));
  }
  assert.equal(problems({ gcPerMinute: '10MB' }).length, 1);
  assert.equal(problems({ gcPause: '10MB' }).length, 1);
  for (const bad of [[], 'rss', null, 5]) assert.equal(problems(bad).length, 1);
});

test('on a command line', () => {
  assert.deepEqual(parseBudget('rss=500MB'), { rss: { alert: 5e8 } });
  assert.deepEqual(parseBudget('heap-used=300MB/400MB'), { heapUsed: { warn: 3e8, alert: 4e8 } });
  assert.deepEqual(parseBudget('GCPAUSE=off'), { gcPause: 'off' });
  for (const bad of [
    'rss',
    'rss=',
    'rss=big',
    'rss=1/2/3',
    'rss=2GB/1GB',
    'res=1GB',
    '=1GB',
    'gcPause=5MB',
    'rss=/1GB',
  ]) {
    assert.throws(() => parseBudget(bad), Error, bad);
  }
});

test('once for each crossing: what hovers is told once, what comes back after a minute below is told again', () => {
  const budgets: Budgets = { heapUsed: { warn: 100, alert: 200 } };
  const hovering = Array.from({ length: 5000 }, (_, i) => memory(i * 250, { heapUsed: i % 2 ? 104 : 97 }));
  assert.deepEqual(told(budgets, hovering), ['heapUsed warn 104']);
  // A saw-tooth that goes far below, but never for a minute.
  const teeth = Array.from({ length: 500 }, (_, i) => memory(i * 1000, { heapUsed: (i % 50) * 5 }));
  assert.deepEqual(told(budgets, teeth), ['heapUsed warn 100', 'heapUsed alert 200']);
  const twice = [
    memory(0, { heapUsed: 250 }),
    memory(1000, { heapUsed: 150 }),
    memory(62_000, { heapUsed: 95 }),
    memory(70_000, { heapUsed: 10 }),
    memory(129_000, { heapUsed: 10 }),
    memory(130_000, { heapUsed: 120 }),
    memory(140_000, { heapUsed: 220 }),
  ];
  assert.deepEqual(told(budgets, twice), [
    'heapUsed alert 250',
    'heapUsed back 10',
    'heapUsed warn 120',
    'heapUsed alert 220',
  ]);
});

test('collections: full ones of the last minute, and the longest stop; ours are left out', () => {
  const budgets: Budgets = { gcPerMinute: { warn: 3 }, gcPause: { warn: 100, alert: 200 } };
  const events: RecordingEvent[] = [
    gc(0, 5, 'scavenge'),
    gc(10, 5, 'scavenge'),
    gc(20, 5, 'scavenge'),
    gc(1000, 20),
    gc(30_000, 20),
    memory(61_500, {}),
    gc(62_000, 20),
    memory(62_100, {}),
    gc(63_000, 120),
    gc(64_000, 250),
    memory(64_100, {}),
  ];
  assert.deepEqual(told(budgets, events), ['gcPause warn 120', 'gcPause alert 250', 'gcPerMinute warn 4']);
  const snapshot: RecordingEvent = {
    type: 'snapshot',
    t: 1000,
    index: 1,
    file: 'snapshots/0001.heapsnapshot',
    bytes: 1,
    pauseMs: 500,
    reason: 'schedule',
  };
  assert.deepEqual(
    told(budgets, [
      snapshot,
      gc(1100, 300),
      gc(1200, 300),
      gc(1300, 300),
      gc(1499, 1),
      gc(2400, 300),
      memory(2500, {}),
    ]),
    [],
  );
  const watch = new BudgetWatch(budgets);
  watch.ours(500, 900);
  assert.deepEqual(watch.hear(gc(600, 300)), []);
  assert.equal(watch.hear(gc(1901, 300)).length, 1);
});

test('resident memory that a snapshot of ours left behind is not the program’s', () => {
  const budgets: Budgets = { rss: { warn: 1000 } };
  const snapshot = (t: number): RecordingEvent => ({
    type: 'snapshot',
    t,
    index: 1,
    file: 'snapshots/0001.heapsnapshot',
    bytes: 1,
    pauseMs: 5,
    reason: 'schedule',
  });
  const ours = [memory(0, { rss: 300 }), snapshot(10), memory(20, { rss: 1500 }), memory(30, { rss: 1600 })];
  assert.deepEqual(told(budgets, ours), []);
  // 700 more are its own.
  assert.deepEqual(told(budgets, [...ours, memory(40, { rss: 2200 })]), ['rss warn 1000']);
  // It grew into what was left behind: its heap says so.
  assert.deepEqual(told(budgets, [...ours, memory(40, { rss: 1600, heapTotal: 900, external: 150 })]), [
    'rss warn 1050',
  ]);
});

test('sessions, children, and the tokens of each session', () => {
  const budgets: Budgets = {
    sessions: { alert: 2 },
    childProcesses: { alert: 2 },
    sessionTokens: { warn: 100, alert: 150 },
  };
  const child = (t: number, event: 'start' | 'exit', pid: number): RecordingEvent => ({
    type: 'process',
    t,
    event,
    role: 'child',
    pid,
  });
  assert.deepEqual(
    told(budgets, [child(1, 'start', 7), child(2, 'exit', 7), child(3, 'start', 8), child(4, 'start', 9)]),
    ['childProcesses alert 2'],
  );
  const span = (id: number, kind: 'session' | 'run' | 'model', more: object = {}): RecordingEvent => ({
    type: 'span',
    t: id,
    id,
    kind,
    ...more,
  });
  const end = (id: number, inputTokens?: number, outputTokens?: number): RecordingEvent => ({
    type: 'span-end',
    t: 100 + id,
    id,
    inputTokens,
    outputTokens,
  });
  const events = [
    span(1, 'session', { session: 'anna' }),
    span(2, 'run', { parent: 1 }),
    span(3, 'model', { parent: 2 }),
    span(4, 'model', { parent: 2 }),
    end(3, 60, 10),
    span(5, 'session', { session: 'ben' }),
    span(6, 'model', { parent: 5 }),
    end(6, 90),
    end(4, 60, 40),
    end(2),
    end(1),
    // Its tokens are forgotten with it.
    span(7, 'model', { session: 'anna' }),
    end(7, 90),
  ];
  assert.deepEqual(told(budgets, events), ['sessions alert 2', 'sessionTokens alert 170 anna']);
});

test('told again from a recording, with what the snapshots say', () => {
  const events: RecordingEvent[] = [
    { type: 'budget', t: 1000, budget: 'heapUsed', level: 'warn', value: 1.1e9, limit: 1e9 },
    {
      type: 'collected',
      t: 1100,
      budget: 'heapUsed',
      heapBefore: 1.21e9,
      heapAfter: 0.9e9,
      rssBefore: 2e9,
      rssAfter: 2e9,
    },
    {
      type: 'budget',
      t: 2000,
      budget: 'siteGrowth',
      level: 'warn',
      value: 2e6,
      limit: 1e6,
      subject: 'f (a.js:1)',
    },
    { type: 'budget', t: 3000, budget: 'heapUsed', level: 'alert', value: 1.3e9, limit: 1.2e9 },
    { type: 'budget', t: 90_000, budget: 'heapUsed', level: 'back', value: 1e8, limit: 1e9 },
  ];
  const passed = passedBudgets(
    events,
    { cacheEntries: { warn: 50, alert: 70 }, ownerObjects: { warn: 10 } },
    [
      { budget: 'cacheEntries', subject: 'Tools.cache', value: 60 },
      { budget: 'cacheEntries', subject: 'small', value: 49 },
    ],
  )!;
  assert.deepEqual(
    passed.map(({ budget, level, subject, back, times }) => [budget, level, subject, back, times]),
    [
      ['heapUsed', 'alert', undefined, true, 1],
      ['siteGrowth', 'warn', 'f (a.js:1)', undefined, 1],
      ['cacheEntries', 'warn', 'Tools.cache', undefined, 1],
    ],
  );
  assert.equal(
    budgetSentence(passed[0]),
    'heap used: 1.3 GB at 3 s, over 1.2 GB. A forced collection gave back 310 MB of 1.21 GB of heap, and nothing of 2 GB of rss. It came back below.',
  );
  assert.equal(
    budgetSentence(passed[2]),
    'entries of one cache (`Tools.cache`): 60 at the last snapshot, over 50.',
  );
  assert.equal(
    budgetCrossed({ budget: 'gcPause', level: 'alert', value: 250, limit: 200 }),
    'Budget (alert): pause of a collection: 250 ms, over 200 ms.',
  );
  assert.equal(passedBudgets([], {}, []), undefined);
});
