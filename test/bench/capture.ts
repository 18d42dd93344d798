/**
 * What capturing costs, as ratios taken in one run, interleaved, medians:
 * a snapshot through the server against the same by a bare inspector client, on the same heap;
 * what is still to do when a snapshot is whole, until it is told what it holds, and until a view that is opened at once
 * has its class table with retained sizes, against the time that it took;
 * a program that never waits, recorded (no snapshot under way) against unrecorded.
 */
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import CDP from 'chrome-remote-interface';
import { build } from 'esbuild';
import { ROOT } from '../../src/build/run.ts';
import type { RecordingInfo } from '../../src/protocol/server.ts';
import type { NodeMajor } from '../support/nodes.ts';
import { ServerProcess } from '../support/server.ts';
import { median, specOf, start } from './target.ts';

/** `--size 100 --node 24 --rounds 1` for less. */
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100,300' },
    node: { type: 'string', default: '20,24' },
    rounds: { type: 'string', default: '5' },
  },
});
const ROUNDS = Number(values.rounds);
/** MB. */
const HEAPS = values.size.split(',').map(Number);
const MAJORS = values.node.split(',').map(Number) as NodeMajor[];
/** Seconds of one stretch; the first of each is left out. */
const STRETCH = 4;

const folder = await mkdtemp(join(tmpdir(), 'heapline-bench-'));
const script = join(folder, 'agent.mjs');
await build({ entryPoints: [join(ROOT, 'test', 'bench', 'agent.ts')], outfile: script, format: 'esm' });
const rows: string[] = [];
try {
  for (const major of MAJORS) {
    for (const megabytes of HEAPS) {
      rows.push(...(await snapshots(major, megabytes, megabytes > 100 ? Math.min(ROUNDS, 3) : ROUNDS)));
    }
    rows.push(await speed(major));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(['| what | Node | bare | Heapline | ratio |', '|---|---|---|---|---|', ...rows].join('\n'));

async function snapshots(major: NodeMajor, megabytes: number, rounds: number): Promise<string[]> {
  const target = await start(major, script, ['heap', String(megabytes)]);
  await target.line();
  const server = await ServerProcess.start('ipc');
  const bare: number[] = [];
  const ours: number[] = [];
  const totals: number[] = [];
  const tables: number[] = [];
  const cpus: number[] = [];
  try {
    await server.request('heapline/openTarget', specOf(target));
    for (let round = 0; round < rounds; round++) {
      bare.push(await timed(() => bareSnapshot(target.url, join(folder, 'bare.heapsnapshot'))));
      const asked = performance.now();
      const { recording, snapshot } = await server.request('heapline/takeSnapshot', {
        target: target.url,
        folder: join(folder, 'recordings'),
        options: { mode: 'manual' },
      });
      const whole = performance.now();
      const cpu = cpuOf(server.child.pid!);
      const since = (): number => performance.now() - whole;
      const told = ({ snapshots }: RecordingInfo): boolean =>
        snapshots.some(({ index, totals }) => totals && index === snapshot.index);
      const file = join(recording.dir, snapshot.file);
      const range = { start: 0, count: 100 };
      const [toldAfter, table] = await Promise.all([
        server.hear('heapline/recordingChanged', told).then(since),
        server.request('heapline/heap/classes', { file, range }).then(since),
      ]);
      ours.push(whole - asked);
      totals.push(toldAfter);
      tables.push(table);
      cpus.push(cpuOf(server.child.pid!) - cpu);
    }
  } finally {
    await server.stop();
    target.child.kill();
  }
  const after = (what: string, times: readonly number[], more = ''): string => {
    const share = median(times.map((ms, round) => ms / ours[round]));
    const seconds = (median(times) / 1000).toFixed(2);
    return `| ${what} of ${megabytes} MB, s after it | ${major} | | ${seconds}${more} | ${share.toFixed(3)} of it |`;
  };
  const cpu = median(cpus);
  return [
    row(
      `snapshot of ${megabytes} MB, s`,
      major,
      median(bare) / 1000,
      median(ours) / 1000,
      median(ours) / median(bare),
    ),
    after('totals', totals),
    after('class table with retained sizes', tables, Number.isNaN(cpu) ? '' : ` (CPU ${cpu.toFixed(2)})`),
  ];
}

async function speed(major: NodeMajor): Promise<string> {
  const target = await start(major, script, ['busy']);
  const server = await ServerProcess.start('ipc');
  const bare: number[] = [];
  const ours: number[] = [];
  const stretch = async (into: number[]): Promise<void> => {
    for (let second = 0; second < STRETCH; second++) {
      const turns = Number((await target.line()).split(' ')[0]);
      if (second > 0) into.push(turns);
    }
  };
  try {
    await target.line();
    for (let round = 0; round < ROUNDS; round++) {
      await stretch(bare);
      await server.request('heapline/openTarget', specOf(target));
      const { dir } = await server.request('heapline/startRecording', {
        target: target.url,
        folder: join(folder, 'recordings'),
        options: { mode: 'manual' },
      });
      await stretch(ours);
      await server.request('heapline/stopRecording', { dir, discard: true });
      await server.request('heapline/closeTarget', { id: target.url });
    }
  } finally {
    await server.stop();
    target.child.kill();
  }
  return row('turns a second, CPU-bound', major, median(bare), median(ours), median(ours) / median(bare));
}

async function bareSnapshot(url: string, file: string): Promise<void> {
  const client = await CDP({ target: url, local: true });
  const out = createWriteStream(file);
  client.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => out.write(chunk));
  await client.send('HeapProfiler.takeHeapSnapshot', {});
  await new Promise<void>((resolve) => out.end(resolve));
  await client.close();
}

/** User and system time of all threads of a process, in seconds; NaN where the system does not say. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function row(what: string, major: number, bare: number, ours: number, ratio: number): string {
  return `| ${what} | ${major} | ${bare.toFixed(2)} | ${ours.toFixed(2)} | ${ratio.toFixed(3)} |`;
}
