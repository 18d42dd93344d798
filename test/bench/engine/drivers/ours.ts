/** Our engine as it is shipped: ours.ts OPERATION RESULT FILE... */
import { compare, summarise } from '../../../../src/engine/tables.ts';
import { now, type Operation, tell } from './outcome.ts';

const [operation, resultFile, ...files] = process.argv.slice(2) as [Operation, string, ...string[]];
const phases: [string, number][] = [];
const task = {
  report({ phase }: { phase: string }): void {
    if (phases.at(-1)?.[0] !== phase) phases.push([phase, now()]);
  },
};

if (operation === 'summary') {
  const summary = await summarise(files[0], task);
  const done = now();
  const began = (name: RegExp): number => phases.findIndex(([phase]) => name.test(phase));
  const afterReading = phases.findLastIndex(([phase]) => phase === 'reading') + 1;
  const afterRetained = began(/retained sizes/i) + 1;
  const marks = {
    graph: phases[afterReading]?.[1],
    retained: afterRetained > 0 ? phases[afterRetained]?.[1] : undefined,
    done,
  };
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
} else {
  const diff = await compare(files[0], files[1], task);
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
