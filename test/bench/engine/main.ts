/** The engine's bench: README.md says what it measures, and how. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../../src/build/run.ts';
import { type NodeMajor, nodeBinary } from '../../support/nodes.ts';
import { type Agreement, agreement, agreesWholly, namesShapes, type Said } from './agree.ts';
import { ENGINES, type Engine, type EngineName, prepareEngine } from './anchors.ts';
import { bundleDrivers } from './drivers/bundle.ts';
import type { Operation } from './drivers/outcome.ts';
import { type Cores, type Job, type Measured, Meter, pinning } from './measure.ts';
import { expectedLeak, type Pair, pairOf, removeUnfinished, type SizeName } from './pairs.ts';
import type { Layout } from './snapshot-writer.ts';
import { type AgreementRow, agreementTable, median, phasesLine, type Runs, timesTable } from './tables.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'S,M,L' },
    node: { type: 'string', default: '20,24' },
    rounds: { type: 'string', default: '3' },
    cores: { type: 'string', default: '2,1' },
    only: { type: 'string', default: ENGINES.join(',') },
  },
});
const sizes = oneOf<SizeName>('size', values.size, ['S', 'M', 'L']);
const majors = oneOf('node', values.node, ['20', '22', '24', '26']).map(Number) as NodeMajor[];
const coreCounts = oneOf('cores', values.cores, ['2', '1']).map(Number) as Cores[];
const wanted = oneOf<EngineName>('only', values.only, ENGINES);
const rounds = Number(values.rounds);

const say = (text: string): void => console.error(text);
const folder = mkdtempSync(join(tmpdir(), 'heapline-bench-'));
const meter = new Meter(folder);
const cleanUp = (): void => {
  meter.dispose();
  rmSync(folder, { recursive: true, force: true });
  removeUnfinished();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    cleanUp();
    process.exit(130);
  });
}

const output = join(ROOT, '.ci-output', 'bench');
mkdirSync(output, { recursive: true });
const lines: string[] = [];
let agreed = true;
try {
  await bundleDrivers(folder);
  const engines: Engine[] = [];
  for (const name of ENGINES.filter((name) => wanted.includes(name))) {
    say(`Preparing ${name}`);
    engines.push(await prepareEngine(name));
  }
  print(
    `${cpus().length} cores (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB; ` +
      `medians of ${rounds}; in brackets how many times ours.`,
  );
  for (const size of sizes) for (const major of majors) await measure(engines, size, major);
} finally {
  cleanUp();
}
if (!agreed) {
  console.error('Our engine failed, or does not agree with DevTools’.');
  process.exitCode = 1;
}

async function measure(engines: Engine[], size: SizeName, major: NodeMajor): Promise<void> {
  const node = await nodeBinary(major);
  const layout: Layout = major < 24 ? 20 : 24;
  const pair = await pairOf(size, layout, say);
  for (const cores of coreCounts) {
    if (cores === 1 && !pinning()) {
      say('One core is left out: nothing keeps a process on one here (taskset does, on Linux).');
      continue;
    }
    const runs = new Map(engines.map((engine): [Engine, Runs] => [engine, emptyRuns(engine)]));
    const where = `${size}, Node ${major}, ${cores === 1 ? 'one core' : 'two cores'}`;
    for (let round = 1; round <= rounds; round++) {
      for (const operation of ['summary', 'diff'] as const) {
        for (const [engine, of] of runs) {
          const job: Job = { engine, operation, files: filesOf(pair, operation), node, cores };
          await once(job, of, `${where}, round ${round} of ${rounds}`);
        }
      }
    }
    print(`\n### ${where} (${(pair.bytes / 1e6).toFixed(0)} MB)\n`);
    print(timesTable([...runs.values()]));
    const ours = [...runs.values()].find(({ title }) => title === 'Heapline');
    if (ours?.summaries[0]) print(`\nOurs, summary: ${phasesLine(ours.summaries[0])}.`);
    if (ours?.diffs[0]) print(`\nOurs, diff: ${phasesLine(ours.diffs[0])}.`);
    if (ours?.summaries[0]) {
      const again = await openedAgain(pair, node, cores, engines[0]).catch((error: Error) => error.message);
      print(`\nOurs, opened again from its columns: ${again}.`);
    }
    if (cores === coreCounts[0]) await compareAll(runs, pair, node, where);
  }
}

/** Medians of how long a snapshot takes whose columns are kept, from the start of a worker. */
async function openedAgain(pair: Pair, node: string, cores: Cores, engine: Engine): Promise<string> {
  const files = filesOf(pair, 'again');
  const runs: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    runs.push(await meter.run({ engine, operation: 'again', files, node, cores }));
  }
  const seconds = (from: number, to: number): string =>
    median(runs, ({ phases }) => phases![to][1] - phases![from][1])!.toFixed(3);
  return `class table after ${seconds(0, 1)} s, the first query on objects ${seconds(1, 2)} s later`;
}

/** Runs a job, unless it has failed before: what fails once fails again, and takes long to. */
async function once(job: Job, runs: Runs, where: string): Promise<void> {
  const problem = job.operation === 'summary' ? 'summaryProblem' : 'diffProblem';
  if (runs[problem]) return;
  try {
    const run = await meter.run(job);
    runs[job.operation === 'summary' ? 'summaries' : 'diffs'].push(run);
    const rss = run.peakRss === undefined ? '' : `, ${(run.peakRss / 2 ** 20).toFixed(0)} MiB`;
    say(`${where}: ${job.engine.title}, ${job.operation}: ${run.done.toFixed(2)} s${rss}`);
  } catch (error) {
    if (job.engine.name === 'ours') agreed = false;
    runs[problem] = `fails: ${(error as Error).message.replaceAll('|', '/')}`;
    say(`${where}: ${job.engine.title}, ${job.operation} ${runs[problem]}`);
  }
}

/** Compares what all said with what DevTools' engine says when it names classes as each of them does. */
async function compareAll(runs: Map<Engine, Runs>, pair: Pair, node: string, where: string): Promise<void> {
  const [devtools, measured] = [...runs].find(([{ name }]) => name === 'devtools') ?? [];
  if (!devtools || !measured?.summaries[0]) return;
  const leak = expectedLeak(where[0] as SizeName);
  const references = new Map([[false, saidBy(measured)]]);
  const reference = async (plainNames: boolean): Promise<Said> => {
    let said = references.get(plainNames);
    if (!said) {
      say("Asking DevTools' engine again, with plain names");
      const ask = async (operation: Operation): Promise<Measured> =>
        meter.run({
          engine: devtools,
          operation,
          files: filesOf(pair, operation),
          node,
          cores: 2,
          plainNames,
        });
      said = { summary: (await ask('summary')).result, diff: (await ask('diff')).result };
      references.set(plainNames, said);
    }
    return said;
  };
  const rows: AgreementRow[] = [];
  for (const [engine, of] of runs) {
    if (engine === devtools || of.summaries.length === 0) continue;
    const { title } = of;
    const said = saidBy(of);
    const plain = !namesShapes(said.summary.classes!);
    const own = engine.ownRules !== undefined;
    const row: Agreement = agreement(await reference(plain), said, own);
    rows.push({ title, agreement: row, ownRules: engine.ownRules });
    if (own) continue;
    if (agreesWholly(row) && (row.leak === undefined || row.leak === leak)) continue;
    agreed = false;
    say(`${title} differs from DevTools' engine:\n  ${row.examples.join('\n  ')}`);
  }
  if (rows.length === 0) return;
  print(`\nAgainst DevTools' engine:\n`);
  print(agreementTable(rows, leak));
}

function saidBy({ summaries, diffs }: Runs): Said {
  return { summary: summaries[0].result, diff: diffs[0]?.result };
}

function filesOf(pair: Pair, operation: Operation): string[] {
  return operation === 'diff' ? [pair.before, pair.after] : [pair.after];
}

function emptyRuns(engine: Engine): Runs {
  const missing = engine.missing && `can't run: ${engine.missing.replaceAll('|', '/')}`;
  const diffProblem = missing ?? (engine.operations.includes('diff') ? undefined : 'has none');
  return { title: engine.title, summaries: [], diffs: [], summaryProblem: missing, diffProblem };
}

/** To the terminal and the file, which has what is known so far. */
function print(text: string): void {
  console.log(text);
  lines.push(text);
  writeFileSync(join(output, 'engine.md'), `${lines.join('\n')}\n`);
}

function oneOf<T extends string>(option: string, given: string, known: readonly T[]): T[] {
  const chosen = given.split(',') as T[];
  const odd = chosen.find((value) => !known.includes(value));
  if (odd === undefined) return chosen;
  console.error(`--${option} ${odd}? There are: ${known.join(', ')}.`);
  process.exit(1);
}
