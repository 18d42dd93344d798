/** The accuracy bench: README.md says what it runs and how it scores. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../../../src/build/cache.ts';
import { ROOT } from '../../../src/build/run.ts';
import { type NodeMajor, nodeBinary } from '../../support/nodes.ts';
import { askMemlab, namedByConstructors, snapshotsOf } from './compare.ts';
import { type Prepared, prepare } from './prepare.ts';
import { analyseAgain, runUnderHeapline } from './runs.ts';
import { placeOf, score } from './score.ts';
import { type Row, rowText, tables } from './table.ts';
import { linesOf, type Program, readPrograms, type VersionName } from './truth.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string', default: join(ROOT, 'test', 'bench', 'accuracy') },
    node: { type: 'string', default: '20,24' },
    only: { type: 'string', default: 'leaky,fixed,app' },
    repeat: { type: 'string', default: '1' },
    steps: { type: 'boolean', default: false },
    'no-compare': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
  },
});

const cache = join(cacheFolder(), 'accuracy');
const output = join(ROOT, '.ci-output', 'accuracy');
const majors = values.node.split(',').map(Number) as NodeMajor[];
const wanted = values.only.split(',');
const all = readPrograms(values.from);
const unknown = positionals.find((name) => !all.some((program) => program.name === name));
if (unknown) {
  console.error(`No such program: ${unknown}. There are: ${all.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const programs = all.filter(({ name }) => !positionals.length || positionals.includes(name));

mkdirSync(output, { recursive: true });
const rows: Row[] = [];
for (const program of programs) {
  for (const version of program.versions.filter((name) => wanted.includes(name))) {
    const prepared = await prepare(program, version, cache);
    for (const major of majors) {
      const node = await nodeBinary(major);
      for (let i = 0; i < Number(values.repeat); i++) {
        const row = await measure(program, version, prepared, major, node);
        rows.push(row);
        console.error(rowText(row));
      }
    }
  }
}
const text = tables(rows);
writeFileSync(join(output, 'table.md'), text);
console.log(text);

async function measure(
  program: Program,
  version: VersionName,
  prepared: Prepared,
  major: NodeMajor,
  node: string,
): Promise<Row> {
  const { name, truth } = program;
  const row: Row = { name, version, major, steps: values.steps };
  const out = mkdtempSync(join(tmpdir(), 'heapline-accuracy-'));
  const kept = `${name}.${version}.node${major}${values.steps ? '.steps' : ''}`;
  try {
    const step = values.steps ? (truth.step ?? '^step ') : undefined;
    const { findings, recording, ms } = values.again
      ? await analyseAgain(join(output, `${kept}.heapline`), out)
      : await runUnderHeapline(prepared, node, step, out);
    row.ms = ms;
    row.score = score(findings, truth, version, linesOf(truth, prepared.folder), prepared.folder);
    const first = findings.findings[0];
    row.confidence = findings.verdict === 'leak' ? first?.confidence : findings.confidence;
    row.said = first
      ? `${first.owner.name} at ${first.storeSite ? placeOf(first.storeSite, prepared.folder) : '?'}`
      : findings.verdict;
    writeFileSync(join(output, `${kept}.json`), `${JSON.stringify(findings, null, 2)}\n`);
    if (values.keep && !values.again) cpSync(recording, join(output, `${kept}.heapline`), { recursive: true, force: true });
    const snapshots = snapshotsOf(recording);
    row.snapshots = snapshots.length;
    if (version === 'leaky' && !values['no-compare'] && snapshots.length > 2) {
      row.constructors = await namedByConstructors(truth, snapshots);
      row.memlab = await askMemlab(truth, snapshots, cache);
    }
  } catch (error) {
    row.error = (error as Error).message;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return row;
}
