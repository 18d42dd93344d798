/** Which processes are left behind, and whether they are a leak: from a recording's events. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { commandText } from '../../../src/engine/processes/command.ts';
import { type ProcessEvidence, processEvidence } from '../../../src/engine/processes/evidence.ts';
import { memoryParts } from '../../../src/engine/processes/parts.ts';
import { type Told, withLeftProcesses } from '../../../src/engine/processes/verdict.ts';
import { withRule } from '../../../src/engine/rules/rules.ts';
import type { Finding } from '../../../src/protocol/findings.ts';
import { partsNotes } from '../../../src/protocol/process-words.ts';
import type { RecordingEvent, SnapshotEntry } from '../../../src/protocol/recording.ts';
import { finding as findingOf } from '../../support/extension-data.ts';

const STEP_MS = 1000;
const MB = 2 ** 20;
const FRAMES = [{ url: '/app/tools.js', line: 20, column: 5, function: 'open' }];

/** A program that does something at each of some steps, written down as it would be recorded. */
class Story {
  readonly events: RecordingEvent[] = [
    { type: 'process', t: 0, event: 'start', role: 'target', pid: 1, ppid: 0, argv: ['node', 'agent.js'] },
  ];
  private spans = 0;
  private readonly alive = new Map<number, { used: number; from: number }>();

  start(t: number, pid: number, more: Partial<Extract<RecordingEvent, { type: 'process' }>> = {}): void {
    const argv = ['/usr/bin/node', '/app/server.js'];
    this.events.push({
      type: 'process',
      t,
      event: 'start',
      role: 'child',
      pid,
      ppid: 1,
      argv,
      frames: FRAMES,
      ...more,
    });
    this.alive.set(pid, { used: t, from: t });
  }

  end(t: number, pid: number): void {
    this.events.push({ type: 'process', t, event: 'exit', role: 'child', pid });
    this.alive.delete(pid);
  }

  use(t: number, pid: number): void {
    this.alive.get(pid)!.used = t;
  }

  /** What is looked at with each step's end. */
  step(t: number, step: number): void {
    this.events.push({ type: 'step', t, step, source: 'mark' });
    const readings = [...this.alive].map(([pid, { used }]) => ({ pid, rss: 48 * MB, used }));
    this.events.push({ type: 'processes', t: t + 1, readings });
  }

  span(t: number, kind: 'session' | 'run', name: string): number {
    const id = ++this.spans;
    const session = kind === 'session' ? { session: name } : {};
    this.events.push({ type: 'span', t, id, kind, name, ...session });
    return id;
  }

  ended(t: number, id: number): void {
    this.events.push({ type: 'span-end', t, id });
  }

  /** @param each called at each step's beginning */
  static of(each: (story: Story, i: number, t: number) => void, steps = 20): Story {
    const story = new Story();
    for (let i = 0; i < steps; i++) {
      each(story, i, i * STEP_MS + 100);
      story.step((i + 1) * STEP_MS, i + 1);
    }
    return story;
  }

  evidence(): Promise<ProcessEvidence | undefined> {
    const steps = this.events.flatMap((event) => (event.type === 'step' ? [event.t] : []));
    const taken = snapshots(steps.length);
    const events = [...this.events].sort((a, b) => a.t - b.t);
    const source = {
      events,
      scripts: [],
      recordingDir: '',
      recording: { name: 'r', cwd: '/app', durationMs: 0, pausedMs: 0 },
    };
    return processEvidence(
      source,
      taken,
      taken.map(({ step = 0 }) => step),
      steps,
    );
  }
}

function snapshots(steps: number): SnapshotEntry[] {
  return Array.from({ length: 7 }, (_, i): SnapshotEntry => {
    const step = Math.round(1 + (i * (steps - 1)) / 6);
    const t = step * STEP_MS + 10;
    return { index: i + 1, file: '', bytes: 1, t, pauseMs: 0, activeMs: t, reason: 'step', step };
  });
}

function states(evidence: ProcessEvidence | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of evidence!.facts.rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

describe('left behind', () => {
  test('what a session that has ended started, with how, where and by whom', async () => {
    const evidence = await Story.of((story, i, t) => {
      const id = story.span(t, 'session', `s${i}`);
      story.start(t + 1, 100 + i, { span: id, session: `s${i}` });
      story.ended(t + 500, id);
    }).evidence();
    // What has just ended may take its time to close.
    assert.deepEqual(states(evidence), { left: 19, running: 1 });
    const [first] = evidence!.facts.rows;
    assert.deepEqual(
      [first.pid, first.command, first.origin, first.site?.line, first.bytes],
      [100, 'node server.js', { kind: 'session', name: 's0' }, 20, 48 * MB],
    );
    assert.match(
      evidence!.facts.notes[0],
      /^19 child processes of ended sessions still run, unused: `node server\.js` \(pid 100\), started in session `s0`, at file:\/\/\/app\/tools\.js:20, 50\.3 MB; .*; and 16 more\.$/,
    );
    const [growing] = evidence!.growing;
    assert.deepEqual([growing.trend, growing.gain.objects], ['leak', 19]);
  });

  test('not while its session goes on, however many there come to be', async () => {
    const evidence = await Story.of((story, i, t) => {
      const id = story.span(t, 'session', `s${i}`);
      story.start(t + 1, 100 + i, { span: id, session: `s${i}` });
      story.span(t + 2, 'run', 'r');
    }).evidence();
    assert.deepEqual([states(evidence), evidence!.growing], [{ running: 20 }, []]);
  });

  test('not what a later session uses, nor a pool that fills up to its size', async () => {
    const evidence = await Story.of((story, i, t) => {
      const id = story.span(t, 'session', `s${i}`);
      if (i < 4) story.start(t + 1, 100 + i, { span: id, session: `s${i}` });
      if (i >= 4) story.use(t + 1, 100 + (i % 4));
      story.ended(t + 500, id);
    }).evidence();
    assert.deepEqual([states(evidence), evidence!.growing], [{ running: 4 }, []]);
  });

  test('servers that were set up at first are for all, used or not', async () => {
    const evidence = await Story.of((story, i, t) => {
      if (i === 0) for (let server = 0; server < 8; server++) story.start(t, 100 + server);
    }).evidence();
    assert.deepEqual([states(evidence), evidence!.growing], [{ running: 8 }, []]);
    assert.deepEqual(evidence!.facts.notes, ['8 child processes are running.']);
  });

  test('a session that is not told to end has ended where nobody came back for long', async () => {
    const evidence = await Story.of((story, i, t) => {
      const run = story.span(t, 'run', 'chat');
      story.start(t + 1, 100 + i, { session: `s${i}` });
      Object.assign(story.events.at(-2)!, { session: `s${i}` });
      story.ended(t + 500, run);
    }).evidence();
    // The last quarter of the time may yet be for more.
    assert.deepEqual(states(evidence), { left: 15, running: 5 });
    assert.equal(evidence!.growing[0].trend, 'leak');
  });

  test('without sessions and runs, what an earlier step started and nobody used since', async () => {
    const leaky = Story.of((story, i, t) => story.start(t, 100 + i));
    assert.deepEqual(states(await leaky.evidence()), { left: 14, running: 6 });
    const used = Story.of((story, i, t) => {
      story.start(t, 100 + i);
      for (let j = 0; j <= i; j++) story.use(t + 1, 100 + j);
    });
    const evidence = await used.evidence();
    assert.deepEqual([states(evidence), evidence!.growing], [{ running: 20 }, []]);
  });

  test('what comes and goes is no leak, nor what a program closes at its end a sign of health', async () => {
    const swings = await Story.of((story, i, t) => {
      story.start(t, 100 + i);
      if (i > 2) story.end(t + 2, 100 + i - 3);
    }).evidence();
    assert.deepEqual(swings!.growing, []);
    const closing = Story.of((story, i, t) => {
      const id = story.span(t, 'session', `s${i}`);
      story.start(t + 1, 100 + i, { span: id });
      story.ended(t + 500, id);
    });
    for (let i = 0; i < 20; i++) closing.end(20_005, 100 + i);
    const taken = snapshots(20);
    taken[6] = { ...taken[6], reason: 'end' };
    const source = {
      events: closing.events,
      scripts: [],
      recording: { name: '', durationMs: 0, pausedMs: 0 },
    };
    const evidence = await processEvidence(
      source,
      taken,
      taken.map(({ step = 0 }) => step),
      [],
    );
    assert.equal(evidence!.growing[0].trend, 'leak');
  });

  test('what a launcher starts goes with it, and what was started beside the program is not its own', async () => {
    const evidence = await Story.of((story, i, t) => {
      const id = story.span(t, 'session', `s${i}`);
      story.start(t + 1, 100 + i, { span: id, argv: ['npx', 'server'] });
      story.start(t + 2, 200 + i, { ppid: 100 + i, frames: [], argv: ['node', 'server.js'] });
      story.start(t + 2, 300 + i, { ppid: 7 });
      // The server is told of a second time, by itself.
      story.events.push({
        type: 'process',
        t: t + 60,
        event: 'start',
        role: 'child',
        pid: 200 + i,
        ppid: 100 + i,
        argv: ['/usr/bin/node', 'server.js'],
      });
      story.ended(t + 500, id);
    }).evidence();
    assert.deepEqual(states(evidence), { left: 38, running: 2 });
    const server = evidence!.facts.rows.find(({ pid }) => pid === 203)!;
    assert.deepEqual([server.origin?.name, server.site?.line], ['s3', 20]);
    const [growing, ...others] = evidence!.growing;
    assert.deepEqual([others.length, growing.gain.objects, growing.gain.bytes], [0, 19, 19 * 96 * MB]);
  });

  test('what outlives the program is named, without a verdict', async () => {
    const story = Story.of((one, i, t) => {
      if (i === 0) one.start(t, 100);
      if (i === 1) one.start(t, 101);
    });
    story.events.push({ type: 'process', t: 21_000, event: 'exit', role: 'target', pid: 1, exitCode: 0 });
    story.end(21_010, 101);
    const evidence = await story.evidence();
    assert.equal(evidence!.facts.rows.find(({ pid }) => pid === 100)?.state, 'outlived');
    assert.match(
      evidence!.facts.notes.join('\n'),
      /1 child process still runs now that the program has ended: .*pid 100/,
    );
    assert.deepEqual(evidence!.growing, []);
  });
});

describe('the verdict', () => {
  const leaky = (): Promise<ProcessEvidence | undefined> =>
    Story.of((story, i, t) => {
      const id = story.span(t, 'session', `s${i}`);
      story.start(t + 1, 100 + i, { span: id });
      story.ended(t + 500, id);
    }).evidence();
  const span = { steps: 19, seconds: 19 };
  const none: Told = { verdict: 'no-leak', confidence: 0.9, reasons: ['fine'] };

  test('is a leak where the heap shows none, with a rule', async () => {
    const suspects: { finding: Finding; p: number; entries: never[] }[] = [];
    const told = withLeftProcesses(none, suspects, await leaky(), snapshots(20), span, '/app');
    assert.equal(told.verdict, 'leak');
    const finding = withRule(suspects[0].finding, [], []);
    assert.equal(finding.kind, 'processes');
    assert.equal(finding.rule?.id, 'open-transports');
    assert.equal(
      finding.title,
      '19 more child processes `node server.js` run after 19 steps, 956 MB: 1 a step, not ended. Started at file:///app/tools.js:20.',
    );
    assert.deepEqual([finding.growth.objectsPerStep, finding.storeSite?.line], [1, 20]);
    assert.deepEqual(
      finding.growth.perSnapshot.map(({ objects }) => objects),
      [0, 3, 6, 10, 13, 16, 19],
    );
  });

  test('makes a finding of the heap that is about them surer, and adds none', async () => {
    const inHeap = findingOf({
      kind: 'map',
      confidence: 0.8,
      gained: [{ className: 'ChildProcess', objects: 19, bytes: 19_000 }],
    });
    const suspects = [{ finding: inHeap, p: 0.01, entries: [] as never[] }];
    const leak: Told = { verdict: 'leak', confidence: 0.8, reasons: ['One owner keeps growing.'] };
    withLeftProcesses(leak, suspects, await leaky(), snapshots(20), span, '/app');
    assert.equal(suspects.length, 1);
    const [{ finding }] = suspects;
    assert.equal(finding.confidence, 0.9);
    assert.equal(finding.processes?.length, 19);
    assert.match(finding.reasons.at(-1)!, /^19 child processes still run of which nobody has made use/);
  });
});

describe('where memory grew', () => {
  /** @param native bytes that the remainder gains between readings; each snapshot leaves 200 MB behind */
  const parts = (native: number, heap = 0) => {
    const taken = snapshots(20);
    const events: RecordingEvent[] = [];
    let left = 0;
    for (let i = 0; i <= 200; i++) {
      const t = i * 100 + 50;
      const snapshot = taken.find((one) => one.t > t - 100 && one.t <= t);
      if (snapshot) {
        left += 200 * MB;
        events.push({
          type: 'snapshot',
          t: snapshot.t,
          index: snapshot.index,
          file: '',
          bytes: 1,
          pauseMs: 0,
          reason: 'step',
        });
      }
      const heapUsed = 10 * MB + i * heap;
      events.push({
        type: 'memory',
        t,
        heapUsed,
        heapTotal: heapUsed,
        external: 3 * MB,
        arrayBuffers: MB,
        rss: 50 * MB + heapUsed + 3 * MB + left + i * native + (i % 3) * 30_000,
      });
    }
    return memoryParts(
      taken,
      taken.map(({ step = 0 }) => step),
      events,
      [],
    )!;
  };

  test('native memory that keeps growing is told, and not judged', () => {
    const grown = parts(20_000 * 30);
    assert.ok(Math.abs(grown.nativePerMinute! / 360e6 - 1) < 0.15, `${grown.nativePerMinute}`);
    assert.match(
      partsNotes(grown).at(-1)!,
      /^Native memory that V8 is not told of grew by [\d.]+ MB a minute; not judged\.$/,
    );
    assert.equal(grown.heap, 0);
  });

  test('tens of MB in the first seconds, as every process takes, are no rate', () => {
    const young = parts(20_000 * 6);
    assert.ok(young.native > 20 * MB);
    assert.equal(young.nativePerMinute, undefined);
    assert.deepEqual(partsNotes(young), []);
  });

  test('what snapshots leave behind is not', () => {
    const still = parts(0);
    assert.equal(still.nativePerMinute, undefined);
    assert.deepEqual(partsNotes(still), []);
  });

  test('the heap is named where it is the heap', () => {
    const grown = parts(0, 50_000);
    assert.match(partsNotes(grown)[0], /^Memory grew most in the heap: \+[\d.]+ MB\.$/);
    assert.equal(grown.nativePerMinute, undefined);
  });
});

test('commands are readable, and keep secrets', () => {
  for (const [argv, text] of [
    [['/usr/bin/node', '/app/dist/server.js', '--port', '1'], 'node dist/server.js --port 1'],
    [['C:\\Program Files\\nodejs\\node.exe', 'C:\\app\\dist\\server.js'], 'node dist\\server.js'],
    [['npx', '-y', '@x/server', '--api-key', 'abc', '--token=def'], 'npx -y @x/server --api-key … --token=…'],
    [['/opt/bin/uvx', '/x/node_modules/@a/b/cli.js'], 'uvx @a/b/cli.js'],
    [['/usr/local/bin/node server.js --port 1'], 'node server.js --port 1'],
    [['sh', '-c', 'OPENAI_API_KEY=abc'], 'sh -c OPENAI_API_KEY=…'],
  ] as const)
    assert.equal(commandText(argv, argv[1]?.startsWith('C:') ? 'C:\\app' : '/app'), text);
});
