import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Model } from '../../../src/extension/model.ts';
import { childrenOf } from '../../../src/extension/nodes.ts';
import { rowOf } from '../../../src/extension/rows.ts';
import type { ProcessRow } from '../../../src/protocol/findings.ts';
import { finding, recordingInfo, verdict } from '../../support/extension-data.ts';

const l10n = {
  t: (text: string, ...args: (string | number | boolean)[]): string =>
    text.replace(/\{(\d)\}/g, (_, index) => String(args[index])),
};

const server: ProcessRow = {
  role: 'child',
  pid: 4711,
  command: 'node server.js',
  state: 'left',
  rpc: true,
  started: 2000,
  origin: { kind: 'session', name: '41' },
  site: { url: 'file:///app/tools.ts', path: '/app/tools.ts', line: 20, column: 5 },
  bytes: 48e6,
};

it('shows the processes of a recording, and marks those that are left behind', () => {
  const model = new Model();
  const worker: ProcessRow = {
    role: 'worker',
    pid: 1,
    thread: 3,
    command: 'worker 3',
    state: 'running',
    started: 5,
  };
  const processes = { notes: ['1 child process `a` of ended sessions still runs'], rows: [server, worker] };
  model.setRecording(
    recordingInfo('/r/a', { state: 'ended', findings: verdict({ verdict: 'leak', processes }) }),
  );
  const recording = childrenOf(model, undefined).find(
    ({ kind }) => kind === 'recordings' || kind === 'recording',
  )!;
  const dir = recording.kind === 'recording' ? recording : childrenOf(model, recording)[0];
  const node = childrenOf(model, dir).find(({ kind }) => kind === 'processes')!;
  const row = rowOf(model, node, l10n, 0)!;
  assert.deepEqual(
    [row.label, row.description, row.icon, row.tooltip],
    ['Processes', '2 running, 1 left behind', 'warning', '1 child process a of ended sessions still runs'],
  );
  const nodes = childrenOf(model, node);
  assert.equal(new Set(nodes.map(({ id }) => id)).size, 2);
  const [first, second] = nodes.map((one) => rowOf(model, one, l10n, 0)!);
  assert.equal(first.label, 'node server.js');
  assert.equal(first.description, 'left behind  process 4711  48 MB  tools.ts:20');
  assert.deepEqual(
    [first.context, first.command, first.icon],
    ['process.site', 'heapline.openSite', 'warning'],
  );
  assert.match(
    first.tooltip!,
    /It speaks JSON-RPC[\s\S]*Started in session 41\.[\s\S]*Started at \/app\/tools\.ts:20:5/,
  );
  assert.deepEqual(
    [second.label, second.description, second.context, second.icon],
    ['worker 3', '', 'process', 'gear'],
  );
});

it('says of a finding of processes where they are started', () => {
  const model = new Model();
  const one = finding({ kind: 'processes', storeSite: server.site, processes: [server] });
  model.setRecording(recordingInfo('/r/a', { findings: verdict({ findings: [one] }) }));
  const row = rowOf(model, { kind: 'finding', id: 'f', dir: '/r/a', finding: one }, l10n, 0)!;
  assert.match(row.tooltip!, /Started at \/app\/tools\.ts:20:5/);
  assert.match(row.tooltip!, / processes$/m);
  assert.doesNotMatch(row.tooltip!, /Stored at/);
});
