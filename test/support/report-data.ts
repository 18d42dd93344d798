/** Hand-made reports: a leaking agent, a sound one, an undecided one, and one made of hostile strings. */
import type { Finding, Findings, SnapshotPoint } from '../../src/protocol/findings.ts';
import type { ReportData, ReportTimeline } from '../../src/protocol/report.ts';
import { seededRandom } from './random.ts';

const CWD = '/home/ada/research-agent';
const at = (path: string, line: number, column: number, fn?: string, evidence?: string) => ({
  url: `file://${CWD}/${path}`,
  path: `${CWD}/${path}`,
  line,
  column,
  ...(fn ? { function: fn } : {}),
  ...(evidence ? { evidence } : {}),
});

const SNAPSHOT_STEPS = [2, 4, 6, 9, 12];
const STEP_MS = 1900;
const PAUSE_MS = 640;

function points(bytesPerStep: number, objectsPerStep: number): SnapshotPoint[] {
  return SNAPSHOT_STEPS.map((step, i) => ({
    snapshot: i + 1,
    time: step * STEP_MS,
    step,
    bytes: (step - 2) * bytesPerStep,
    objects: (step - 2) * objectsPerStep,
  }));
}

function growth(bytesPerStep: number, objectsPerStep: number): Finding['growth'] {
  return {
    bytes: bytesPerStep * 10,
    objects: objectsPerStep * 10,
    bytesPerStep,
    objectsPerStep,
    bytesPerSecond: (bytesPerStep * 1000) / STEP_MS,
    objectsPerSecond: (objectsPerStep * 1000) / STEP_MS,
    perSnapshot: points(bytesPerStep, objectsPerStep),
  };
}

const historyLeak: Finding = {
  id: 'array:AgentMemory.history:9f2c41d0',
  title:
    '`AgentMemory.history` (Array) gained 5,000 messages, 12.4 MB, over 10 steps: 1.24 MB a step, never released. Pushed at memory.ts:42, allocated at llm.ts:88, held by `session > agent > memory > history`.',
  kind: 'array',
  confidence: 0.97,
  reasons: [
    'Gained 500 objects in every step, the same in both halves of the run.',
    'All 4,000 messages of the first eight steps are still alive at the end.',
    'A garbage collection ran before each snapshot.',
  ],
  owner: {
    className: 'Array',
    name: 'AgentMemory.history',
    nodeId: 48213,
    site: at('src/memory.ts', 18, 14, 'AgentMemory', 'class'),
  },
  retainingPath: [
    { edge: '', name: '(global)', className: 'global', nodeId: 3 },
    {
      edge: '(handle) activeServer',
      name: 'Server',
      className: 'Server',
      nodeId: 911,
      site: { url: 'node:_http_server', line: 512, column: 10, function: 'Server', evidence: 'class' },
    },
    {
      edge: '.router',
      name: 'router',
      className: 'Router',
      nodeId: 20111,
      site: at('node_modules/@agentkit/http/lib/router.js', 31, 7, 'Router', 'class'),
    },
    {
      edge: '(closure) session',
      name: 'session',
      className: 'Session',
      nodeId: 31877,
      site: at('src/session.ts', 9, 14, 'Session', 'class'),
    },
    {
      edge: '.agent',
      name: 'agent',
      className: 'ResearchAgent',
      nodeId: 31901,
      site: at('src/agent.ts', 12, 14, 'ResearchAgent', 'class'),
    },
    {
      edge: '.memory',
      name: 'memory',
      className: 'AgentMemory',
      nodeId: 31955,
      site: at('src/memory.ts', 16, 14, 'AgentMemory', 'class'),
    },
    { edge: '.history', name: 'history', className: 'Array', nodeId: 48213 },
    {
      edge: '[0 … 4999]',
      name: 'history[]',
      className: 'Message',
      nodeId: 51007,
      site: at('src/llm.ts', 14, 14, 'Message', 'class'),
    },
  ],
  growth: growth(1_240_000, 500),
  gained: [
    { className: 'Message', objects: 5000, bytes: 7_800_000 },
    { className: '(string)', objects: 10_000, bytes: 3_100_000 },
    { className: 'ToolCall', objects: 1200, bytes: 980_000 },
    { className: 'Object', objects: 5000, bytes: 520_000 },
    { className: 'Array', objects: 1200, bytes: 96_000 },
  ],
  storeSite: at(
    'src/memory.ts',
    42,
    18,
    'AgentMemory.add',
    'syntax: the only push to `history` in the class',
  ),
  otherStoreSites: [at('src/memory.ts', 57, 18, 'AgentMemory.restore', 'syntax')],
  allocationSites: [
    at('src/llm.ts', 88, 12, 'complete', 'sampled: 71 % of the live bytes'),
    at('node_modules/openai/core.mjs', 301, 22, 'defaultParseResponse', 'sampled: 18 % of the live bytes'),
  ],
  userSite: at('src/agent.ts', 61, 19, 'ResearchAgent.step', 'caller of the store'),
  rule: { id: 'conversation-history', title: 'Conversation history without a window' },
  advice: [
    'Keep a window: drop or summarise messages older than the last N when `add` passes a budget.',
    'Or end the session: `session` itself is held by a closure in the router, so `history` lives as long as the server.',
  ],
};

const listenerLeak: Finding = {
  id: 'listeners:AbortSignal:71b20a9e',
  title:
    '`runController.signal` (AbortSignal) gained 30 listeners, 412 kB, over 10 steps: 3 a step, never removed. Added at tools.ts:27.',
  kind: 'listeners',
  confidence: 0.91,
  reasons: ['Gained 3 listeners in every step.', 'No listener of an earlier step was removed.'],
  owner: { className: 'AbortSignal', name: 'runController.signal', nodeId: 7719 },
  retainingPath: [
    {
      edge: '',
      name: '(module) agent.ts',
      className: 'system / Context',
      nodeId: 1201,
      site: at('src/agent.ts', 1, 1),
    },
    {
      edge: '(context) runController',
      name: 'runController',
      className: 'AbortController',
      nodeId: 7701,
      site: { url: 'node:internal/abort_controller', line: 388, column: 7, function: 'AbortController' },
    },
    {
      edge: '.signal',
      name: 'signal',
      className: 'AbortSignal',
      nodeId: 7719,
      site: { url: 'node:internal/abort_controller', line: 161, column: 7, function: 'AbortSignal' },
    },
    {
      edge: '(listeners) abort',
      name: 'abort listeners',
      className: 'Listener',
      nodeId: 9120,
      site: at('src/tools.ts', 27, 44, 'onAbort', 'closure'),
    },
  ],
  growth: growth(41_200, 3),
  gained: [
    { className: 'Listener', objects: 30, bytes: 2400 },
    { className: '(closure)', objects: 30, bytes: 1920 },
    { className: 'ToolRun', objects: 30, bytes: 407_680 },
  ],
  storeSite: at('src/tools.ts', 27, 12, 'runTool', 'closure'),
  allocationSites: [],
  userSite: at('src/tools.ts', 27, 12, 'runTool', 'closure'),
  advice: ['Pass `{ once: true, signal }`, or call `removeEventListener` when the tool has finished.'],
};

const cacheLeak: Finding = {
  id: 'map:modelCache:0d55c2f1',
  title: '`modelCache` (Map) gained 10 entries, 96 kB, over 10 steps: one a step, never evicted.',
  kind: 'map',
  confidence: 0.78,
  reasons: ['Gained one entry in each step.', 'Five snapshots are few to tell a filling cache from a leak.'],
  owner: { className: 'Map', name: 'modelCache', nodeId: 66021 },
  retainingPath: [
    {
      edge: '',
      name: '(module) cache.mjs',
      className: 'system / Context',
      nodeId: 5520,
      site: at('node_modules/@agentkit/models/cache.mjs', 1, 1),
    },
    { edge: '(context) modelCache', name: 'modelCache', className: 'Map', nodeId: 66021 },
    {
      edge: '(value)',
      name: 'modelCache[]',
      className: 'ChatModel',
      nodeId: 66021,
      site: at('node_modules/@agentkit/models/chat.mjs', 40, 8, 'ChatModel'),
    },
  ],
  growth: growth(9600, 1),
  gained: [{ className: 'ChatModel', objects: 10, bytes: 96_000 }],
  storeSite: at('node_modules/@agentkit/models/cache.mjs', 19, 14, 'getModel', 'syntax'),
  allocationSites: [at('node_modules/@agentkit/models/chat.mjs', 40, 8, 'ChatModel', 'class')],
  userSite: at('src/agent.ts', 33, 25, 'ResearchAgent.plan', 'caller of the store'),
  advice: ['Give `getModel` a key that repeats: each step passes a fresh options object.'],
};

const ignoredLeak: Finding = {
  ...cacheLeak,
  id: 'map:schemas:5b9e11d3',
  title: '`schemas` (Map) gained 10 entries, 48 kB, over 10 steps: one a step, never evicted.',
  owner: { className: 'Map', name: 'schemas', nodeId: 70411 },
  growth: growth(4800, 1),
  rule: { id: 'schema-recompilation', title: 'Schemas or validators compiled again and again' },
  ignored: { reason: 'One for each tool: `tools.json` names twelve.', expires: '2027-01-31' },
};

const findings: Findings = {
  format: 'heapline-findings/1',
  engine: '0.1.0',
  runtime: { name: 'node', version: '24.21.0' },
  verdict: 'leak',
  confidence: 0.97,
  reasons: [
    'Live memory rose after every step and by the same amount.',
    'One owner explains 95 % of the growth.',
  ],
  growth: {
    bytes: 13_060_000,
    bytesPerStep: 1_306_000,
    bytesPerSecond: 687_000,
    steps: 10,
    seconds: 19,
    slopeConfidence: 0.99,
  },
  findings: [historyLeak, listenerLeak, cacheLeak],
  ignored: [ignoredLeak],
  notLeaks: [
    {
      name: '`promptCache` (LRU, Map)',
      bytes: 2_100_000,
      reason: 'Full at 256 entries since step 4: new entries replace old ones, net 0.',
    },
    {
      name: '(compiled code)',
      bytes: 610_000,
      reason: 'Code and object shapes settle as the program warms up.',
    },
    { name: 'Zod schemas', bytes: 88_000, reason: 'Compiled once in step 1; nothing since.' },
  ],
};

function timeline(bytesPerStep: number): ReportTimeline {
  const random = seededRandom(7);
  const result: ReportTimeline = { memory: [], gc: [], steps: [], snapshots: [] };
  let t = 0;
  let rss = 74e6;
  let young = 0;
  for (let step = 1; step <= 12; step++) {
    for (let part = 0; part < 19; part++) {
      t += STEP_MS / 19;
      young += 0.9e6 + random() * 1.1e6;
      if (young > 9e6) {
        young = 0.4e6;
        result.gc.push({ t, kind: 'scavenge', pauseMs: 0.8 + random() * 2.2 });
      }
      const kept = 21e6 + (step - 1 + part / 19) * bytesPerStep;
      rss = Math.max(rss * 0.9994, kept * 1.5 + young + 44e6);
      result.memory.push({
        t,
        heapUsed: Math.round(kept + young),
        heapTotal: Math.round((kept + 14e6) / 4e6 + 1) * 4e6,
        external: Math.round(3.2e6 + random() * 0.3e6),
        arrayBuffers: Math.round(1.1e6 + random() * 0.2e6),
        rss: Math.round(rss),
      });
    }
    result.steps.push({ t, step });
    const index = SNAPSHOT_STEPS.indexOf(step);
    if (index < 0) continue;
    result.gc.push({ t, kind: 'mark-compact', pauseMs: 11 + random() * 9 });
    young = 0.3e6;
    result.snapshots.push({
      index: index + 1,
      bytes: Math.round(29e6 + step * bytesPerStep * 1.1),
      t,
      pauseMs: PAUSE_MS + index * 45,
      activeMs: step * STEP_MS,
      reason: index === 0 ? 'warm-up' : index === SNAPSHOT_STEPS.length - 1 ? 'end' : 'schedule',
      step,
    });
    t += PAUSE_MS + index * 45;
    rss = Math.min(rss + 60e6, 190e6);
  }
  return result;
}

const trend = (className: string, first: number, perStep: number, size: number, wobble = 0) => {
  const random = seededRandom(className.length);
  const counts = SNAPSHOT_STEPS.map((step) =>
    Math.round(first + (step - 2) * perStep + wobble * (random() - 0.5)),
  );
  return { className, counts, sizes: counts.map((count) => Math.round(count * size)) };
};

const CLASSES = [
  trend('Message', 1000, 500, 1560),
  trend('(string)', 41_200, 1010, 310, 60),
  trend('ToolCall', 240, 120, 816),
  trend('Object', 12_400, 505, 104, 40),
  trend('(array)', 9800, 121, 160, 90),
  trend('ToolRun', 6, 3, 13_589),
  trend('Array', 3100, 121, 80),
  trend('ChatModel', 2, 1, 9600),
  trend('Listener', 14, 3, 80),
  trend('(closure)', 16_020, 3, 64, 8),
  trend('Promise', 61, 0, 96, 22),
  trend('Map', 402, 0, 120),
  trend('(code)', 8800, 90, 240, 700),
  trend('Uint8Array', 38, 0, 2048, 4),
];

const MEMORY_TS = `  /** Remembers a turn. */
  add(message: Message): void {
    message.turn = this.turn++;
    this.history.push(message);
    this.emit('added', message);
  }`.split('\n');

const SOURCES = [
  { path: `${CWD}/src/memory.ts`, firstLine: 39, lines: MEMORY_TS },
  {
    path: `${CWD}/src/memory.ts`,
    firstLine: 54,
    lines: [
      '  restore(saved: Message[]): void {',
      '    this.turn = saved.length;',
      '    for (const message of saved) {',
      '      this.history.push(message);',
      '    }',
      '  }',
    ],
  },
  {
    path: `${CWD}/src/agent.ts`,
    firstLine: 58,
    lines: [
      '    const plan = await this.planner.next(goal, this.memory.history);',
      '    for (const call of plan.calls) {',
      '      const result = await this.tools.run(call, this.signal);',
      '      this.memory.add({ role: "tool", content: result });',
      '    }',
    ],
  },
  {
    path: `${CWD}/src/agent.ts`,
    firstLine: 31,
    lines: [
      '  async plan(goal: string): Promise<Plan> {',
      '    // A fresh object each time: the cache below never hits.',
      '    const model = await getModel({ name: this.name, at: Date.now() });',
    ],
  },
  {
    path: `${CWD}/src/llm.ts`,
    firstLine: 86,
    lines: [
      '  const body = await response.json();',
      '  const [choice] = body.choices;',
      '  return new Message(choice.message.role, choice.message.content);',
      '}',
    ],
  },
  {
    path: `${CWD}/src/tools.ts`,
    firstLine: 24,
    lines: [
      'export async function runTool(call: ToolCall, signal: AbortSignal) {',
      '  const run = new ToolRun(call);',
      '  // Not removed when the tool is done.',
      "  signal.addEventListener('abort', function onAbort() {",
      '    run.cancel();',
      '  });',
    ],
  },
  {
    path: `${CWD}/node_modules/@agentkit/models/cache.mjs`,
    firstLine: 17,
    lines: [
      '  if (!modelCache.has(options)) {',
      '    const model = new ChatModel(options);',
      '    modelCache.set(options, model);',
      '  }',
    ],
  },
];

/** An agent with three leaks, five snapshots over twelve steps. */
export function leakReport(): ReportData {
  const line = timeline(1_306_000);
  return structuredClone({
    findings,
    recording: {
      name: 'research-agent-2026-03-02T10-15-00.heapline',
      createdAt: '2026-03-02T10:15:00.000Z',
      command: ['node', '--expose-gc', 'src/agent.ts', '--topic', 'memory leaks'],
      cwd: CWD,
      arch: 'x64',
      platform: 'linux',
      durationMs: Math.round(line.memory.at(-1)!.t + PAUSE_MS),
      pausedMs: line.snapshots.reduce((sum, snapshot) => sum + snapshot.pauseMs, 0),
    },
    timeline: line,
    classes: { snapshots: [1, 2, 3, 4, 5], rows: CLASSES },
    sources: SOURCES,
  });
}

/** The same agent repaired. */
export function cleanReport(): ReportData {
  const data = leakReport();
  data.findings = {
    ...data.findings,
    verdict: 'no-leak',
    confidence: 0.93,
    reasons: [
      'No owner gained objects in the second half of the run.',
      'Live memory ended within 0.2 % of where it began.',
    ],
    growth: {
      bytes: 48_000,
      bytesPerStep: 4800,
      bytesPerSecond: 2526,
      steps: 10,
      seconds: 19,
      slopeConfidence: 0.42,
    },
    findings: [],
    ignored: undefined,
  };
  data.timeline = timeline(4800);
  data.classes.rows = CLASSES.slice(9);
  data.sources = [];
  return data;
}

/** Three bare snapshot files: no steps, no timeline, one suspect. */
export function bareReport(): ReportData {
  const perSnapshot = points(9600, 1)
    .slice(0, 3)
    .map(({ snapshot, bytes, objects }) => ({ snapshot, time: 0, bytes, objects }));
  return {
    findings: {
      ...structuredClone(findings),
      verdict: 'inconclusive',
      confidence: 0.4,
      reasons: ['Three snapshots cannot tell a filling cache from a leak.'],
      growth: { bytes: 38_400, seconds: 0, slopeConfidence: 0.8 },
      findings: [
        {
          ...structuredClone(cacheLeak),
          confidence: 0.4,
          growth: { bytes: 38_400, objects: 4, perSnapshot },
        },
      ],
      ignored: undefined,
      notLeaks: undefined,
    },
    recording: { name: 'a.heapsnapshot, b.heapsnapshot, c.heapsnapshot', durationMs: 0, pausedMs: 0 },
    timeline: { memory: [], gc: [], steps: [], snapshots: [] },
    classes: { snapshots: [1, 2, 3], rows: [] },
  };
}

/** Memory outside the heap: no path, no line, no objects. */
export function externalReport(): ReportData {
  const data = leakReport();
  const rates = { bytes: 42_000_000, objects: 0, bytesPerStep: 4_200_000, objectsPerStep: 0 };
  const perSnapshot = points(4_200_000, 0);
  data.findings.findings = [
    {
      id: 'external-memory:1f0c',
      title: 'Memory outside the JavaScript heap gained 42 MB over 10 steps: 4.2 MB a step, never released.',
      kind: 'external-memory',
      confidence: 0.9,
      reasons: ['No object in the heap holds this much: WebAssembly, Buffers or native objects.'],
      owner: { className: 'external memory', name: 'external memory', nodeId: 0 },
      retainingPath: [],
      growth: { ...rates, perSnapshot },
      gained: [],
      allocationSites: [],
      advice: ['Call `free()` on what WebAssembly hands out.'],
    },
  ];
  return data;
}

export const HOSTILE = {
  script: '</script><script>window.__owned = 1</script>',
  comment: '<!--<script>',
  html: '<img src=x onerror="window.__owned = 2"><b>bold</b>&amp;',
  ansi: '\x1b[2J\x1b]0;owned\x07\x9b31mred\r\n\x08\x7f',
  bidi: 'user\u202egnp.exe\u2066\u200b\ufeff',
  separators: 'a\u2028b\u2029c',
  lone: '\ud800 \udfff',
  markdown: '``` @everyone #1 [x](javascript:alert(1)) | *a* _b_ ~~c~~ <details> https://evil.example \\ `',
  proto: '__proto__',
  wide: '漢字かな交じり文と👩‍💻絵文字',
  long: 'L'.repeat(10_000_000),
} as const;

/** Every text of a report made of what an attacker might have put into the program's heap. */
export function hostileReport(): ReportData {
  const data = leakReport();
  const texts: string[] = Object.values(HOSTILE);
  let next = 0;
  const pick = (): string => texts[next++ % texts.length];
  const site = () => ({
    url: `file:///tmp/${pick()}.js`,
    path: `/tmp/${pick().slice(0, 3000)}.js`,
    line: 7,
    column: 3,
    function: pick(),
    evidence: pick(),
  });
  data.findings.runtime = { name: 'node', version: pick() };
  data.findings.reasons = texts;
  data.findings.findings = texts.map((text, i) => ({
    id: `hostile-${i}`,
    title: `\`${text}\` gained ${pick()} by ${pick()}`,
    kind: 'map',
    confidence: 0.9,
    reasons: [pick(), pick()],
    owner: { className: pick(), name: text, nodeId: i, site: site() },
    retainingPath: [0, 1, 2].map((n) => ({
      edge: pick(),
      name: pick(),
      className: pick(),
      nodeId: i + n,
      site: site(),
    })),
    growth: growth(1000, 1),
    gained: [{ className: pick(), objects: 1, bytes: 1 }],
    storeSite: site(),
    allocationSites: [site()],
    userSite: site(),
    advice: [pick()],
    rule: { id: pick(), title: pick() },
  }));
  data.findings.ignored = data.findings.findings.map((finding) => ({
    ...finding,
    ignored: { reason: pick(), expires: pick() },
  }));
  data.findings.notLeaks = texts.map((name) => ({ name, bytes: 1, reason: pick() }));
  data.recording.name = HOSTILE.script;
  data.recording.command = texts;
  data.classes.rows = texts.map((className) => ({
    className,
    counts: [1, 2, 3, 4, 5],
    sizes: [1, 2, 3, 4, 5],
  }));
  data.sources = data.findings.findings.flatMap((finding) =>
    finding.storeSite ? [{ path: finding.storeSite.path!, firstLine: 5, lines: texts }] : [],
  );
  return data;
}
