import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { analyseHeap } from '../../../src/analysis/heap.ts';
import { retainingPaths } from '../../../src/analysis/paths.ts';
import { buildRetainers } from '../../../src/analysis/retainers.ts';
import { HeaplineError } from '../../../src/base/errors.ts';
import { loadSnapshot } from '../../../src/engine/load.ts';
import { describePath } from '../../../src/engine/path-entries.ts';
import { placeOf } from '../../../src/engine/places.ts';
import { compare } from '../../../src/engine/tables.ts';
import { describeNode, summarise } from '../../support/fresh.ts';
import { buildGraph, type DrawnEdge, type DrawnNode } from '../../support/graphs.ts';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';

let folder: string;
let files: string[];
let historyId: number;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-tables-'));
  ({ files, historyId } = leakySnapshots(folder));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('summary: the classes of one snapshot', async () => {
  const phases = new Set<string>();
  const summary = await summarise(files[0], { report: ({ phase }) => phases.add(phase) });
  assert.equal(summary.fileBytes, statSync(files[0]).size);
  assert.ok(summary.edgeCount > summary.nodeCount && summary.nodeCount > 1000);
  assert.deepEqual(summary.problems, []);
  const turn = summary.classes.find((row) => row.className === 'Turn')!;
  assert.equal(turn.count, 500);
  assert.ok(turn.retainedSize > turn.selfSize && turn.selfSize > 0);
  const session = summary.classes.find((row) => row.className === 'Conversation')!;
  assert.equal(session.count, 1);
  assert.ok(session.retainedSize > turn.retainedSize);
  assert.ok(summary.classes.every((row, i, all) => !i || row.retainedSize <= all[i - 1].retainedSize));
  assert.equal(
    summary.totalSize,
    summary.classes.reduce((sum, row) => sum + row.selfSize, 0),
  );
  assert.ok(phases.size >= 3);
});

test('diff: what came and what went', async () => {
  const diff = await compare(files[0], files[1]);
  const turn = diff.rows.find((row) => row.className === 'Turn')!;
  assert.deepEqual([turn.addedCount, turn.removedCount, turn.deltaCount], [500, 0, 500]);
  const passing = diff.rows.find((row) => row.className === 'Passing')!;
  assert.equal(passing.deltaCount, -30);
  assert.ok(diff.sharedIds > 0.9);
  assert.deepEqual(diff.warnings, []);
});

test('diff: ids that were reset in between are told', async () => {
  const other = join(folder, 'other');
  mkdirSync(other);
  const reset = leakySnapshots(other, true);
  const diff = await compare(reset.files[0], reset.files[1]);
  assert.ok(diff.sharedIds < 0.8, String(diff.sharedIds));
  assert.match(diff.warnings[0], /ids were reset/);
});

test('details: sizes and the ways from a root', async () => {
  const details = await describeNode(files[2], historyId, 3);
  assert.equal(details.className, 'Array');
  assert.equal(details.type, 'object');
  assert.equal(details.nodeId, historyId);
  assert.ok(details.retainedSize > 1500 * 40);
  assert.ok(details.paths.length >= 1 && details.paths.length <= 3);
  const [shortest] = details.paths;
  assert.equal(shortest.at(-1)!.nodeId, historyId);
  assert.deepEqual(
    shortest.slice(-2).map(({ edge, name, className }) => [edge, name, className]),
    [
      ['.session', 'session', 'Conversation'],
      ['.history', 'history[]', 'Array'],
    ],
  );
  assert.equal(shortest[0].edge, '');
});

test('details: sites come from the scripts of the recording around the snapshot', async () => {
  const recording = join(folder, 'rec');
  mkdirSync(join(recording, 'snapshots'), { recursive: true });
  const file = join(recording, 'snapshots', '0003.heapsnapshot');
  renameSync(files[2], file);
  writeFileSync(join(recording, 'recording.json'), JSON.stringify({ format: 'heapline-recording/1' }));
  try {
    const bare = await describeNode(file, historyId, 1);
    assert.ok(bare.paths[0].every((entry) => entry.site === undefined));
    writeFileSync(join(recording, 'scripts.json'), '{"format":"heapline-scripts/1","scripts":[{"id":');
    assert.equal((await describeNode(file, historyId, 1)).paths.length, 1);
    // Every script id there is, so that Conversation's is among them.
    const scripts = Array.from({ length: 1000 }, (_, id) => ({
      id: String(id),
      url: 'file:///nowhere/agent.js',
    }));
    writeFileSync(join(recording, 'scripts.json'), JSON.stringify({ format: 'heapline-scripts/1', scripts }));
    const { paths } = await describeNode(file, historyId, 1);
    const site = paths[0].at(-2)!.site!;
    assert.equal(site.url, 'file:///nowhere/agent.js');
    assert.equal(site.line, 5);
  } finally {
    renameSync(file, files[2]);
  }
});

test('of a path along a list, the middle is left out', async () => {
  const nodes: DrawnNode[] = [
    { type: 'synthetic', name: '' },
    ...Array.from({ length: 1000 }, () => ({ name: 'Link' })),
  ];
  const edges: DrawnEdge[] = nodes.slice(1).map((_, i) => [i, i + 1, i ? 'property' : 'shortcut', 'next']);
  const graph = buildGraph({ nodes, edges });
  const [steps] = retainingPaths(analyseHeap(graph), buildRetainers(graph), 1000);
  let sites = 0;
  const path = await describePath(graph, steps, async () => {
    sites++;
    return undefined;
  });
  assert.equal(steps.length, 1000);
  assert.equal(path.length, 200);
  assert.equal(sites, 200);
  const at = path.findIndex(({ omitted }) => omitted);
  assert.deepEqual([at, path[at].omitted], [100, 800]);
  const { nodeIds } = graph;
  assert.deepEqual(
    [path[99].nodeId, path[100].nodeId, path[199].nodeId],
    [nodeIds[100], nodeIds[901], nodeIds[1000]],
  );
});

test('an id that is not there', async () => {
  await assert.rejects(
    describeNode(files[0], 4294967294, 1),
    (error) => HeaplineError.is(error, 'not-found') && /no object @4294967294/.test(error.message),
  );
});

test('work that is no longer wanted stops', async () => {
  await assert.rejects(summarise(files[0], { signal: { aborted: true } }), (e) =>
    HeaplineError.is(e, 'cancelled'),
  );
});

test('classes of a recording know where they are written', async () => {
  const recording = join(folder, 'run.heapline');
  mkdirSync(join(recording, 'snapshots'), { recursive: true });
  const { files: own } = leakySnapshots(join(recording, 'snapshots'));
  const graph = await loadSnapshot(own[0]);
  const turn = graph.nodeNames.findIndex(
    (name, node) => graph.strings.get(name) === 'Turn' && placeOf(graph, node) !== undefined,
  );
  const place = placeOf(graph, turn)!;
  const script = { id: String(place.scriptId), url: 'file:///agent/main.js' };
  writeFileSync(join(recording, 'events.ndjson'), '');
  writeFileSync(
    join(recording, 'scripts.json'),
    JSON.stringify({ format: 'heapline-scripts/1', scripts: [script] }),
  );
  const { classes } = await summarise(own[0]);
  const siteOf = (name: string) => classes.find((row) => row.className === name)?.site;
  assert.deepEqual(siteOf('Turn'), {
    url: script.url,
    line: place.line0 + 1,
    column: place.column0 + 1,
    evidence: 'class',
  });
  assert.notEqual(siteOf('Conversation')?.line, siteOf('Turn')?.line);
  // Functions have places of their own.
  assert.equal(siteOf('Function'), undefined);
  const { rows } = await compare(own[0], own[1]);
  assert.deepEqual(rows.find((row) => row.className === 'Turn')?.site, siteOf('Turn'));
  assert.equal(rows.find((row) => row.className === '(string)')?.site, undefined);
});
