/** Whether time and memory for a node stay the same however large a heap is, and on awkward shapes. Ours only. */
import { mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../../src/build/run.ts';
import { type NodeMajor, nodeBinary } from '../../support/nodes.ts';
import { seededRandom } from '../../support/random.ts';
import { prepareEngine } from './anchors.ts';
import { bundleDrivers } from './drivers/bundle.ts';
import { type Cores, Meter } from './measure.ts';
import { generatedFolder, removeUnfinished } from './pairs.ts';
import { agentCase, bipartiteCase, chainCase, longStringsCase, type ShapeCase, starCase } from './shapes.ts';
import { writeSnapshot } from './snapshot-writer.ts';
import { median } from './tables.ts';

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: '24' },
    rounds: { type: 'string', default: '3' },
    cores: { type: 'string', default: '2' },
    /** Only cases of up to so many nodes. */
    most: { type: 'string', default: '50000000' },
    /** Only cases with this in their name. */
    only: { type: 'string', default: '' },
  },
});

/** Bytes of memory that making a case takes for each node, and that reading it may for each byte of its file. */
const MAKING = 80;
const READING = 1.5;

const cases: ShapeCase[] = [
  ...[1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 5e7].map(agentCase),
  chainCase(5_000_000),
  starCase(5_000_000),
  bipartiteCase(3000),
  longStringsCase(10_000),
].filter(({ name, nodes }) => nodes <= Number(values.most) && name.includes(values.only));

/** Seconds and bytes; medians. */
interface Figures {
  nodes: number;
  edges: number;
  fileBytes: number;
  done: number;
  cpu: number;
  rss: number;
}

const folder = mkdtempSync(join(tmpdir(), 'heapline-bench-'));
const meter = new Meter(folder);
let file = '';
const cleanUp = (): void => {
  meter.dispose();
  rmSync(folder, { recursive: true, force: true });
  if (file) rmSync(file, { force: true });
  removeUnfinished();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    cleanUp();
    process.exit(130);
  });
}

const rows: string[] = [
  '| heap | nodes | edges | file, MB | summary, s | CPU, s | for a node, ns | for an edge, ns | peak RSS, MiB | for a node, B | for an edge, B | to the file |',
  '|---|---|---|---|---|---|---|---|---|---|---|---|',
];
try {
  await bundleDrivers(folder);
  const engine = await prepareEngine('ours');
  const node = await nodeBinary(Number(values.node) as NodeMajor);
  // What a process takes that has next to nothing to read: figures for a node or an edge are beyond that.
  const least = await figures(chainCase(1));
  for (const shape of cases) {
    const problem = withoutRoom(shape);
    rows.push(problem ? `| ${shape.name} | ${problem} |||||||||||` : await rowOf(shape));
    console.error(rows.at(-1));
  }

  async function rowOf(shape: ShapeCase): Promise<string> {
    try {
      const { nodes, edges, fileBytes, done, cpu, rss } = await figures(shape);
      const [moreCpu, moreRss] = [Math.max(0, cpu - least.cpu) * 1e9, Math.max(0, rss - least.rss)];
      const cells = [
        shape.name,
        nodes.toLocaleString('en'),
        edges.toLocaleString('en'),
        (fileBytes / 1e6).toFixed(1),
        done.toFixed(2),
        cpu.toFixed(2),
        (moreCpu / nodes).toFixed(0),
        (moreCpu / edges).toFixed(0),
        (rss / 2 ** 20).toFixed(0),
        (moreRss / nodes).toFixed(0),
        (moreRss / edges).toFixed(0),
        (rss / fileBytes).toFixed(2),
      ];
      return `| ${cells.join(' | ')} |`;
    } catch (error) {
      return `| ${shape.name} | fails: ${(error as Error).message.replaceAll('|', '/')} |||||||||||`;
    }
  }

  async function figures(shape: ShapeCase): Promise<Figures> {
    console.error(`Writing ${shape.name}`);
    file = join(generatedFolder(), 'scaling.heapsnapshot');
    await writeSnapshot(shape.make(), file, 24, seededRandom(1));
    try {
      const runs = [];
      for (let round = 0; round < Number(values.rounds); round++) {
        const cores = Number(values.cores) as Cores;
        runs.push(await meter.run({ engine, operation: 'summary', files: [file], node, cores }));
      }
      const { nodes, edges } = runs[0].result;
      return {
        nodes: nodes!,
        edges: edges!,
        fileBytes: statSync(file).size,
        done: median(runs, (run) => run.done)!,
        cpu: median(runs, (run) => run.cpu)!,
        rss: median(runs, (run) => run.peakRss)!,
      };
    } finally {
      rmSync(file, { force: true });
      file = '';
    }
  }
} finally {
  cleanUp();
}
const text = `${availableParallelism()} cores, Node ${values.node}, medians of ${values.rounds}; for a node or an edge: beyond what an empty heap takes.\n\n${rows.join('\n')}\n`;
const output = join(ROOT, '.ci-output', 'bench');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'scaling.md'), text);
console.log(text);

/** Why a case is left out on this machine as it is now; undefined where there is room. */
function withoutRoom({ nodes, fileBytes }: ShapeCase): string | undefined {
  const disk = statfsSync(generatedFolder());
  if (disk.bavail * disk.bsize < fileBytes * 1.2) return 'left out: too little room on the disk';
  const needed = Math.max(nodes * MAKING, fileBytes * READING);
  return freemem() < needed ? 'left out: too little memory' : undefined;
}
