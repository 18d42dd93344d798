/** Pools of agents and sessions of real caches and savers, beside what looks like them; sizes against the runtime's own count. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../src/build/cache.ts';
import { analyseSource } from '../../src/engine/analyse.ts';
import { capacityOf } from '../../src/protocol/capacity.ts';
import type { RecordingEvent } from '../../src/protocol/recording.ts';
import { evictionSentence, heldSentence } from '../../src/protocol/session-words.ts';
import type { SessionPool, SessionsReport } from '../../src/protocol/sessions.ts';
import { prepareParts } from '../bench/accuracy/prepare.ts';
import { runProgram } from '../support/heapline.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

const SOURCES = fileURLToPath(new URL('./pools', import.meta.url));
const MINUTE = 60_000;

interface Told {
  /** Bytes a session, by the runtime's own count. */
  truth: { sessions: number };
  phases: number;
  each: number;
  alike: string[];
}

let program: string;
before(async () => {
  const { folder } = await prepareParts('pools-', [SOURCES], join(cacheFolder(), 'pools'));
  program = join(folder, 'pools.mjs');
});

for (const major of [20, 24] as NodeMajor[]) {
  describe(`pools on Node ${major}`, () => {
    let folder: string;
    let told: Told;
    let report: SessionsReport;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'heapline-pools-'));
      const node = await nodeBinary(major);
      const { code, stdout, stderr } = await runProgram(node, ['--expose-gc', program, folder]);
      assert.equal(code, 0, stderr);
      told = JSON.parse(stdout) as Told;
      report = await sessionsOf(folder, told);
    });
    after(() => rm(folder, { recursive: true, force: true }));
    const pool = (name: RegExp): SessionPool => {
      const found = report.pools.find((one) => name.test(one.name));
      assert.ok(found, `${name} of ${report.pools.map((one) => one.name).join(', ')}`);
      return found;
    };

    it('a map that is never evicted: entries, sizes, pace', () => {
      const { entries, className, eviction, points, size, newPerMinute, netPerMinute, ...sessions } =
        pool(/^SessionStore\.sessions$/);
      const { each, phases, truth } = told;
      assert.deepEqual([className, sessions.entryClass, entries], ['Map', 'Session', each * phases]);
      assert.deepEqual(
        points.map((point) => [point.entries, point.came, point.left]),
        points.map((_, i) => [each * (i + 1), i ? each : 0, 0]),
      );
      assert.equal(eviction.policy, 'never');
      assert.match(
        evictionSentence(eviction, entries),
        /never evicted: 18 came and none left over 4 snapshots/,
      );
      const error = Math.abs(sessions.bytesPerSession - truth.sessions) / truth.sessions;
      assert.ok(error < 0.1, `${sessions.bytesPerSession} B, in truth ${truth.sessions} B`);
      assert.ok(size.median <= size.p90 && size.p90 <= size.max);
      assert.deepEqual([newPerMinute, netPerMinute], [each, each]);
    });

    it('LRU caches: of new and of old, with how many they have room for', () => {
      const lru = pool(/^lru$|^sessionCache$/);
      assert.deepEqual([lru.kind, lru.entries, lru.eviction.policy, lru.eviction.max], ['lru', 8, 'lru', 8]);
      assert.ok(lru.eviction.left >= 2 * told.each, 'those that left were seen to');
      const old = pool(/chatSessions/);
      assert.deepEqual([old.entries, old.entryClass, old.eviction.policy], [8, 'Session', 'bounded']);
    });

    it('a dictionary that a timer sweeps', () => {
      const agents = pool(/^agents$/);
      assert.deepEqual([agents.className, agents.of, agents.entries], ['Object', 'agent', 8 + 9]);
      assert.equal(agents.eviction.policy, 'ttl');
      assert.equal(capacityOf(report, agents, 1e9)?.fullInMs, undefined);
    });

    it('a pool of a fixed size', () => {
      const agents = pool(/^AgentPool\.agents$/);
      assert.deepEqual([agents.kind, agents.entries, agents.eviction.policy], ['array', 5, 'fixed']);
      assert.ok(agents.size.median > 140_000);
    });

    it("LangGraph's threads in a MemorySaver, its two tables counted together", () => {
      const main = pool(/^MemorySaver\.storage$/);
      const writes = pool(/^MemorySaver\.writes$/);
      assert.deepEqual([main.entries, writes.entries], [24, 24]);
      assert.equal(writes.with, main.nodeId);
      assert.ok(main.bytesPerSession > main.size.mean);
      // All that is known of it: the names of its threads were seen at work.
      assert.match(main.evidence.join(' '), /^100 % of the keys are names of sessions/);
    });

    it('numbers as keys, and the times that entries hold', () => {
      const conversations = pool(/^conversations$/);
      assert.equal(conversations.entries, 24);
      assert.deepEqual(
        [conversations.use?.by, conversations.use?.active, conversations.use?.idle],
        ['times', 12, 12],
      );
      assert.equal(pool(/^threads$/).entries, 24);
    });

    it('tables of routes, texts, modules, documents, tools and users are none', () => {
      const names = report.pools.map(({ name }) => name.split('.').pop()!);
      assert.deepEqual(
        names.filter((name) => told.alike.includes(name)),
        [],
      );
      assert.equal(report.pools.length, 9, names.join(', '));
    });

    it('sessions that are over and still held, those by name only that have one', () => {
      const { closed } = report;
      assert.deepEqual([closed?.closed, closed?.heldCount, closed?.released], [3, 2, 1]);
      const [first] = closed!.held;
      assert.equal(first.session, 'session-1');
      assert.deepEqual(
        first.through.map(({ name, evidence }) => [name, evidence]),
        [['SessionStore.sessions', 'key']],
      );
      assert.match(
        heldSentence(first),
        /^Session `session-1` ended 3 min ago and still holds 1\d\d kB through `SessionStore\.sessions` \(Map\)/,
      );
    });

    it('capacity is arithmetic on what was measured', () => {
      const sessions = pool(/^SessionStore\.sessions$/);
      const { base, perSession, sessions: fit, fullInMs, ttl, formula } = capacityOf(report, sessions, 2e9)!;
      assert.equal(perSession, sessions.bytesPerSession);
      assert.equal(base, report.live - sessions.bytes - sessions.shared + 40e6);
      assert.equal(fit, Math.floor((2e9 - base) / perSession));
      assert.ok(Math.abs(fullInMs! - ((fit - 24) / told.each) * MINUTE) < 1);
      assert.equal(ttl?.holds, Math.round((ttl!.ms / MINUTE) * told.each));
      assert.match(
        formula,
        /^\(2 GB asked for - [\d.]+ MB base\) \/ 1\d\d kB a session = [\d,]+ sessions; at 6 more/,
      );
      // Without a wish, what is reached first: V8 counts no buffers.
      assert.equal(capacityOf(report, sessions)?.limit.kind, 'heap');
    });
  });
}

/** As if a recording had been made: a snapshot a minute, and some sessions seen at work. */
async function sessionsOf(folder: string, { phases, each }: Told): Promise<SessionsReport> {
  const files = Array.from({ length: phases }, (_, i) => join(folder, `${i + 1}.heapsnapshot`));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const snapshots = files.map((file, i) => ({
    index: i + 1,
    file,
    bytes: sizes[i],
    t: (i + 1) * MINUTE,
    activeMs: (i + 1) * MINUTE,
    pauseMs: 0,
    reason: 'schedule' as const,
  }));
  let id = 0;
  const span = (t: number, session: string, kind: 'session' | 'run'): RecordingEvent[] => {
    id++;
    return [
      { type: 'span', t, id, kind, session, ...(kind === 'session' ? { name: session } : {}) },
      { type: 'span-end', t: t + 1, id },
    ];
  };
  const events: RecordingEvent[] = [
    { type: 'memory', t: 10, heapUsed: 9e6, heapTotal: 10e6, external: 2e6, arrayBuffers: 0, rss: 52e6 },
    ...['session-1', 'session-7', 'talk-gone'].flatMap((name, i) => span(MINUTE + 10 * i, name, 'session')),
    ...Array.from({ length: phases * each }, (_, i) => span(MINUTE + 100 + i, `talk-${i}`, 'run')).flat(),
  ];
  const createdAt = new Date(Date.now() - phases * MINUTE).toISOString();
  const { sessions } = await analyseSource({
    recording: { name: 'pools', createdAt, durationMs: phases * MINUTE, pausedMs: 0 },
    runtime: { name: 'node', version: '' },
    limits: { heap: 1e9, memory: 8e9 },
    snapshots,
    files,
    events,
    scripts: [],
    warnings: [],
  });
  assert.ok(sessions);
  return sessions;
}
