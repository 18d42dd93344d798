/** Our engine as it is shipped, in its worker: ours.ts OPERATION RESULT FILE..., beside what `npm run build` makes. */
import { EngineClient } from '../../../../src/engine/client.ts';
import { now, type Operation, tell } from './outcome.ts';

const [operation, resultFile, ...files] = process.argv.slice(2) as [Operation, string, ...string[]];
const client = new EngineClient(new URL('engine-worker.js', import.meta.url));
const phases: [string, number][] = [];
const options = {
  report({ phase }: { phase: string }): void {
    if (phases.at(-1)?.[0] !== phase) phases.push([phase, now()]);
  },
};
/** When a phase of that name began. */
const began = (name: RegExp): number | undefined => phases.find(([phase]) => name.test(phase))?.[1];

if (operation === 'summary') {
  const summary = await client.call('summary', { file: files[0] }, options);
  const done = now();
  const marks = { graph: began(/^(?!reading)/), retained: began(/^Summing up by class/), done };
  tell(
    resultFile,
    marks,
    () => ({
      nodes: summary.nodeCount,
      edges: summary.edgeCount,
      totalSize: summary.totalSize,
      classes: summary.classes.map((row) => [row.className, row.count, row.selfSize, row.retainedSize]),
    }),
    phases,
  );
} else if (operation === 'again') {
  const [file] = files;
  await client.call('summary', { file });
  await client.call('settle', {});
  client.dispose();
  const began = now();
  const again = new EngineClient(new URL('engine-worker.js', import.meta.url));
  await again.call('summary', { file }, options);
  if (phases.some(([phase]) => phase === 'reading')) throw new Error('It was read anew.');
  const table = now();
  await again.call('heap/nodes', { file, query: { minRetainedSize: 1e6 }, range: { start: 0, count: 100 } });
  const done = now();
  const empty = { nodes: null, edges: null, totalSize: null };
  tell(resultFile, { done }, () => empty, [
    ['opened again', began],
    ['class table', table],
    ['first query', done],
  ]);
} else {
  const diff = await client.call('diff', { before: files[0], after: files[1] }, options);
  const done = now();
  tell(
    resultFile,
    { done },
    () => ({
      nodes: null,
      edges: null,
      totalSize: null,
      diff: diff.rows.map((row) => [
        row.className,
        row.addedCount,
        row.addedSize,
        row.removedCount,
        row.removedSize,
      ]),
    }),
    phases,
  );
}
