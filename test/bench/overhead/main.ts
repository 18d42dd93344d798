/**
 * What it costs an agent to be recorded, steps seen and all but snapshots: the same process does the same work again
 * and again, recorded and unrecorded in turn. Elapsed and CPU time, medians of pairs, and how much pairs that are
 * both unrecorded differ: what is smaller than that can't be measured here.
 */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../../../src/build/cache.ts';
import { ROOT } from '../../../src/build/run.ts';
import type { NodeMajor } from '../../support/nodes.ts';
import { ServerProcess } from '../../support/server.ts';
import { prepareParts } from '../accuracy/prepare.ts';
import { median, specOf, start, type Target } from '../target.ts';

/** `--node 24 --rounds 5` for less. */
const { values } = parseArgs({
  options: { node: { type: 'string', default: '20,24' }, rounds: { type: 'string', default: '15' } },
});
const ROUNDS = Number(values.rounds);
/** Pieces of work until V8 has optimised what there is to optimise. */
const WARM_UP = 4;
/** Milliseconds until the model answers. */
const DELAYS = { cpu: 0, io: 50 } as const;

interface Cost {
  ms: number;
  cpu: number;
}

const { folder: programs } = await prepareParts(
  'overhead-',
  [join(ROOT, 'test', 'integration', 'agents'), join(ROOT, 'test', 'bench', 'overhead', 'program')],
  join(cacheFolder(), 'agents'),
);
const folder = await mkdtemp(join(tmpdir(), 'heapline-bench-'));
const rows: string[] = [];
try {
  for (const major of values.node.split(',').map(Number) as NodeMajor[]) {
    for (const kind of ['cpu', 'io'] as const) rows.push(...(await measured(major, kind)));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(
  [
    '| agent | Node | of | bare, ms | recorded, ms | ratio | two bare ones differ by | spans |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n'),
);

async function measured(major: NodeMajor, kind: keyof typeof DELAYS): Promise<string[]> {
  const model = await start(major, join(programs, 'serve.mjs'), [String(DELAYS[kind])]);
  const target = await start(major, join(programs, 'agent.mjs'), [kind, await model.line()]);
  const server = await ServerProcess.start('ipc');
  const pairs: { bare: Cost; again: Cost; recorded: Cost }[] = [];
  let spans = 0;
  try {
    await target.line();
    for (let i = 0; i < WARM_UP; i++) await work(target);
    for (let round = 0; round < ROUNDS; round++) {
      const bare = await work(target);
      const again = await work(target);
      await server.request('heapline/openTarget', specOf(target));
      const { dir } = await server.request('heapline/startRecording', {
        target: target.url,
        folder: join(folder, 'recordings'),
        options: { mode: 'manual' },
      });
      // Its beginning costs something once: what goes on is measured.
      await work(target);
      const recorded = await work(target);
      await server.request('heapline/stopRecording', { dir });
      await server.request('heapline/closeTarget', { id: target.url });
      spans = await spansOf(dir);
      await rm(dir, { recursive: true });
      pairs.push({ bare, again, recorded });
    }
  } finally {
    await server.stop();
    for (const { child } of [target, model]) {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }
  return (['ms', 'cpu'] as const).map((what) => {
    const ratio = median(pairs.map(({ again, recorded }) => recorded[what] / again[what]));
    const noise = median(pairs.map(({ bare, again }) => Math.abs(again[what] / bare[what] - 1)));
    const of = { ms: 'elapsed', cpu: 'CPU' }[what];
    const [bare, recorded] = (['again', 'recorded'] as const).map((run) =>
      median(pairs.map((pair) => pair[run][what])).toFixed(0),
    );
    return `| ${kind} | ${major} | ${of} | ${bare} | ${recorded} | ${ratio.toFixed(3)} | ${(noise * 100).toFixed(1)} % | ${spans} |`;
  });
}

async function work(target: Target): Promise<Cost> {
  target.child.stdin!.write('\n');
  return JSON.parse(await target.line()) as Cost;
}

/** What was seen of the agent: proof that what is measured was at work. */
async function spansOf(dir: string): Promise<number> {
  const lines = (await readFile(join(dir, 'events.ndjson'), 'utf8')).split('\n');
  return lines.filter((line) => line.includes('"type":"span"')).length;
}
