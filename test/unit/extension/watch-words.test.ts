import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Model } from '../../../src/extension/model.ts';
import type { NodeOf } from '../../../src/extension/nodes.ts';
import { rowOf } from '../../../src/extension/rows.ts';
import { watchItems, watchMessage } from '../../../src/extension/watch-words.ts';
import type { ContainerWatch, Site } from '../../../src/protocol/findings.ts';
import { finding, recordingInfo, targetSpec } from '../../support/extension-data.ts';

const l10n = {
  t: (text: string, ...args: (string | number | boolean)[]): string =>
    text.replace(/\{(\d)\}/g, (_, index) => String(args[index])),
};
const site = (file: string, line: number, name?: string): Site => ({
  url: `file:///w/${file}`,
  line,
  column: 5,
  function: name,
});
const own = site('memory.ts', 14, 'Memory.add');
const watch = (more: Partial<ContainerWatch> = {}): ContainerWatch => ({
  inserts: 42,
  removes: 0,
  unseen: 0,
  seconds: 10.2,
  end: 'time',
  sites: [{ site: own, user: own, count: 42, share: 1, stack: [own, site('chat.ts', 8, 'turn')] }],
  ...more,
});
const message = (more: Partial<ContainerWatch> = {}): string =>
  watchMessage('Memory.messages', watch(more), l10n);

it('says which line inserts, and how much is removed', () => {
  assert.equal(
    message(),
    '42 of 42 inserts into Memory.messages come from memory.ts:14. Nothing was removed.',
  );
  const packages = site('node_modules/lru/index.js', 200, 'Cache.set');
  assert.equal(
    message({
      inserts: 1042,
      removes: 3,
      sites: [{ site: packages, user: own, count: 42, share: 0.04, stack: [packages, own] }],
    }),
    '42 of 1,042 inserts into Memory.messages come from index.js:200, called from memory.ts:14. Removed: 3.',
  );
});

it('says so when nothing, or not all, was seen', () => {
  assert.equal(
    message({ inserts: 0, sites: [] }),
    'Nothing was inserted into Memory.messages while it was watched, for 10.2 s.',
  );
  assert.equal(
    message({ inserts: 0, sites: [], unseen: 7 }),
    'All that came into Memory.messages came in ways that can not be seen, such as by index: 7.',
  );
  assert.match(message({ unseen: 7 }), / 7 more came in ways that can not be seen/);
  assert.match(message({ unseen: -7 }), / 7 more went in ways that can not be seen/);
  assert.match(message({ sites: [] }), /^42 inserts into Memory\.messages; their lines are not known\./);
  assert.match(message({ end: 'collected' }), /let the container go\.$/);
  assert.match(message({ end: 'target-gone' }), /no longer be reached\.$/);
});

it("lists each line with the calls that lead there, the user's own included", () => {
  const deep = Array.from({ length: 5 }, (_, i) => site('node_modules/p/index.js', i + 1));
  const items = watchItems(
    watch({
      sites: [
        { site: own, user: own, count: 30, share: 0.75, stack: [own] },
        { site: deep[0], user: own, count: 10, share: 0.25, stack: deep },
      ],
    }),
    l10n,
  );
  assert.deepEqual(
    items.map(({ label, site }) => (site ? label : `- ${label}`)),
    [
      '- 30 inserts, 75 %',
      'memory.ts:14',
      '- 10 inserts, 25 %',
      ...deep.map(({ line }) => `index.js:${line}`),
      'memory.ts:14',
    ],
  );
});

it('is offered for containers that can be watched, while their process lives', () => {
  const model = new Model();
  const context = (more = {}): string => {
    const node: NodeOf<'finding'> = { kind: 'finding', id: 'f', dir: '/r/a', finding: finding(more) };
    return rowOf(model, node, l10n, 0)!.context;
  };
  model.setRecording(recordingInfo('/r/a', { target: 's1', pid: 7 }));
  assert.doesNotMatch(context(), /live/);
  model.addTarget(targetSpec('s1'));
  model.setTarget({ spec: targetSpec('s1'), state: 'live', pid: 7 });
  assert.match(context(), /\.live$/);
  assert.doesNotMatch(context({ kind: 'closure' }), /live/);
  model.setRecording(recordingInfo('/r/a', { state: 'ended', pid: 7 }));
  assert.match(context(), /\.live$/);
  model.setRecording(recordingInfo('/r/a', { state: 'ended', pid: 8 }));
  assert.doesNotMatch(context(), /live/);
  model.setRecording(recordingInfo('/r/a', { state: 'ended', pid: 7 }));
  model.removeTarget('s1');
  assert.doesNotMatch(context(), /live/);
});
