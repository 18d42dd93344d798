import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Drawn } from '../../../src/extension/drawn.ts';
import { Model } from '../../../src/extension/model.ts';
import { childrenOf, type Node } from '../../../src/extension/nodes.ts';
import { rowOf } from '../../../src/extension/rows.ts';
import { finding, recordingInfo, snapshotEntry, targetSpec, verdict } from '../../support/extension-data.ts';

const l10n = { t: (text: string): string => text };

/** What VS Code draws of a model, with all rows unfolded. */
class View {
  readonly model = new Model();
  readonly drawn = new Drawn({
    childrenOf: (node) => childrenOf(this.model, node),
    look: (node) => JSON.stringify(rowOf(this.model, node, l10n, 0)),
  });

  draw(node?: Node): void {
    if (node) this.drawn.drew(node);
    for (const child of this.drawn.childrenOf(node)) this.draw(child);
  }

  /** Ids of what is drawn anew, and draws it. */
  redraw(): string[] {
    const stale = this.drawn.stale();
    for (const node of stale) this.draw(node);
    return stale.map((node) => node?.id ?? 'all');
  }
}

function recorded(): View {
  const view = new View();
  const { model } = view;
  model.addTarget(targetSpec('s1'));
  model.addTarget(targetSpec('s2'));
  for (const id of ['s1', 's2']) model.addReading(id, { at: 0, heapUsed: 40e6, heapTotal: 60e6 });
  const snapshots = [snapshotEntry(1), snapshotEntry(2)];
  model.setRecording(recordingInfo('/r/a', { target: 's1', snapshots, findings: verdict() }));
  view.draw();
  return view;
}

it('draws nothing anew while nothing changes', () => {
  assert.deepEqual(recorded().redraw(), []);
});

it('draws live memory in a row without others below it', () => {
  const view = recorded();
  view.model.addReading('s1', { at: 1000, heapUsed: 50e6, heapTotal: 60e6 });
  assert.deepEqual(view.redraw(), ['memory:s1']);
});

it('draws how far a recording is, in its own row', () => {
  const view = recorded();
  const known = view.model.recording('/r/a')!;
  view.model.setRecording({ ...known, durationMs: 99_000 });
  assert.deepEqual(view.redraw(), ['state:s1']);
});

it('draws new figures of a leak in the row of the leak', () => {
  const view = recorded();
  const known = view.model.recording('/r/a')!;
  const { id, growth } = known.findings!.findings[0];
  const grown = finding({ id, growth: { ...growth, bytes: growth.bytes * 2 } });
  view.model.setRecording({ ...known, findings: verdict({ findings: [grown] }) });
  assert.deepEqual(view.redraw(), [`finding:/r/a:${id}`]);
});

it('draws a list anew when one has come', () => {
  const view = recorded();
  const known = view.model.recording('/r/a')!;
  view.model.setRecording({ ...known, snapshots: [...known.snapshots, snapshotEntry(3)] });
  assert.deepEqual(view.redraw(), ['snapshots:/r/a']);
  view.model.addTarget(targetSpec('s3'));
  assert.deepEqual(view.redraw(), ['all']);
  view.model.setRecording({ ...known, findings: verdict({ findings: [] }) });
  assert.deepEqual(view.redraw(), ['target:s1']);
});

it('gives VS Code the same object for the same row, with what is new in it', () => {
  const view = recorded();
  const [target] = view.drawn.childrenOf(undefined);
  const before = view.drawn.childrenOf(target).find(({ kind }) => kind === 'finding')!;
  const known = view.model.recording('/r/a')!;
  const grown = finding({ id: known.findings!.findings[0].id, confidence: 0.11 });
  view.model.setRecording({ ...known, findings: verdict({ findings: [grown] }) });
  const [stale] = view.drawn.stale();
  assert.equal(stale, before);
  assert.equal(before.kind === 'finding' && before.finding.confidence, 0.11);
});

it('asks for nothing below a row that is folded', () => {
  const view = new View();
  view.model.addTarget(targetSpec('s1'));
  for (const node of view.drawn.childrenOf(undefined)) view.drawn.drew(node);
  view.model.addReading('s1', { at: 0, heapUsed: 1, heapTotal: 1 });
  assert.deepEqual(view.redraw(), []);
});
