import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { combined, type MarkReason, marksOf } from '../../../src/extension/gutter/marks.ts';
import { VerdictStore } from '../../../src/extension/gutter/verdicts.ts';
import type { Finding, Findings, Site } from '../../../src/protocol/findings.ts';
import type { SourceExcerpt } from '../../../src/protocol/report.ts';
import { leakReport } from '../../support/report-data.ts';

const site = (line: number, path = '/app/a.js'): Site => ({ url: `file://${path}`, path, line, column: 3 });
const base = leakReport().findings;
const finding = (more: Partial<Finding>): Finding => ({
  ...base.findings[0],
  storeSite: undefined,
  userSite: undefined,
  allocationSites: [],
  ...more,
});
const verdict = (...findings: Finding[]): Findings => ({ ...base, verdict: 'leak', findings });
const excerpt = (lines: string[], path = '/app/a.js'): SourceExcerpt => ({ path, firstLine: 1, lines });
const told = (marks: { path: string; line: number; reason: MarkReason }[]) =>
  marks.map(({ path, line, reason }) => `${path}:${line} ${reason.role}`);

describe('marksOf', () => {
  it('marks store, allocations and your own call, each line once, counted from 0', () => {
    const one = finding({
      storeSite: site(4),
      userSite: site(4),
      allocationSites: [site(4), site(9), site(11, '/app/b.js'), site(20)],
    });
    assert.deepEqual(told(marksOf('/r', verdict(one), undefined, true)), [
      '/app/a.js:3 store',
      '/app/a.js:8 allocation',
      '/app/b.js:10 allocation',
    ]);
    const other = finding({ storeSite: site(4), userSite: site(7) });
    assert.deepEqual(told(marksOf('/r', verdict(other), undefined, true)), [
      '/app/a.js:3 store',
      '/app/a.js:6 user',
    ]);
  });

  it('marks files only, by path or file URL', () => {
    const marks = marksOf(
      '/r',
      verdict(
        finding({
          storeSite: { url: 'node:events', line: 3, column: 1 },
          userSite: { url: 'file:///app/with%20space.js', line: 2, column: 1 },
          allocationSites: [
            { url: 'webpack://x/a.js', line: 2, column: 1 },
            { url: 'a.js', path: '../a.js', line: 2, column: 1 },
            { url: 'file:///app/%ZZ', line: 2, column: 1 },
          ],
        }),
      ),
      undefined,
      true,
    );
    assert.deepEqual(told(marks), ['/app/with space.js:1 user']);
  });

  it('leaves out lines that are none, and sound programs', () => {
    for (const line of [0, -1, Number.NaN]) {
      assert.deepEqual(marksOf('/r', verdict(finding({ storeSite: site(line) })), undefined, true), []);
    }
    const sound = { ...verdict(finding({ storeSite: site(4) })), verdict: 'no-leak' as const };
    assert.deepEqual(marksOf('/r', sound, undefined, true), []);
  });

  it('knows the line as it ran from the excerpts', () => {
    const [mark] = marksOf(
      '/r',
      verdict(finding({ storeSite: site(2) })),
      [excerpt(['a()', '  this.all.push( x );', '', 'b()'])],
      true,
    );
    assert.deepEqual(mark.text, { text: 'this.all.push(x);', before: ['a()'], after: ['', 'b()'] });
  });
});

describe('combined', () => {
  const reason = (id: string, more: Partial<MarkReason> & { bytes?: number } = {}): MarkReason => ({
    recordingDir: '/r',
    finding: { ...finding({ id }), growth: { ...base.findings[0].growth, bytes: more.bytes ?? 1 } },
    role: 'store',
    site: site(1),
    severity: 'leak',
    over: { seconds: 1 },
    provisional: false,
    ...more,
  });
  const ids = (reasons: MarkReason[]) => reasons.map((one) => `${one.finding.id} ${one.role}`);

  it('puts leaks before what is not sure, stores before the rest, then the largest', () => {
    const all = [
      reason('perhaps', { severity: 'inconclusive', bytes: 99 }),
      reason('allocated', { role: 'allocation', bytes: 50 }),
      reason('small'),
      reason('large', { bytes: 9 }),
    ];
    assert.deepEqual(ids(combined(all)), [
      'large store',
      'small store',
      'allocated allocation',
      'perhaps store',
    ]);
  });

  it('tells a finding once, in its chief role, as the recording shown last has it', () => {
    const all = [
      reason('one', { role: 'user' }),
      reason('one'),
      reason('one', { role: 'allocation' }),
      reason('two', { bytes: 0 }),
      reason('two', { recordingDir: '/later', role: 'user' }),
    ];
    const shown = combined(all);
    assert.deepEqual(ids(shown), ['one store', 'two user']);
    assert.equal(shown[1].recordingDir, '/later');
  });
});

describe('VerdictStore', () => {
  const plain = async (path: string) => path;
  const one = verdict(finding({ id: 'one', storeSite: site(2) }));

  it('keeps the marks of each recording until it is shown anew or cleared', async () => {
    const store = new VerdictStore();
    assert.equal(store.isEmpty, true);
    store.show('/r1', one, undefined, true);
    store.show(
      '/r2',
      verdict(finding({ id: 'two', storeSite: site(2), allocationSites: [site(5)] })),
      undefined,
      true,
    );
    await store.index(plain);
    assert.deepEqual(
      store.marks('/app/a.js').map(({ line, reason }) => [line, reason.finding.id]),
      [
        [1, 'one'],
        [1, 'two'],
        [4, 'two'],
      ],
    );
    store.clear('/r2');
    await store.index(plain);
    assert.equal(store.marks('/app/a.js').length, 1);
    assert.equal(store.isEmpty, false);
    store.show('/r1', { ...one, verdict: 'no-leak' }, undefined, true);
    await store.index(plain);
    assert.deepEqual(store.marks('/app/a.js'), []);
    assert.equal(store.isEmpty, true);
  });

  it('holds on to the text that a line had when it was first told: the file may be edited while it runs', async () => {
    const store = new VerdictStore();
    store.show('/r', one, [excerpt(['', 'push(a);'])], false);
    store.show('/r', one, [excerpt(['// new', '// new', 'push(a);'])], true);
    await store.index(plain);
    const [mark] = store.marks('/app/a.js');
    assert.equal(mark.text?.text, 'push(a);');
    assert.equal(mark.reason.provisional, false);
    store.clear('/r');
    store.show('/r', one, [excerpt(['', 'other();'])], true);
    await store.index(plain);
    assert.equal(store.marks('/app/a.js')[0].text?.text, 'other();');
  });

  it('brings together all paths of one file', async () => {
    const store = new VerdictStore();
    store.show(
      '/r',
      verdict(finding({ storeSite: site(2, '/link/a.js'), allocationSites: [site(3, '/real/a.js')] })),
      undefined,
      true,
    );
    await store.index(async (path) => path.replace('/link/', '/real/'));
    assert.deepEqual(
      store.marks('/real/a.js').map(({ line }) => line),
      [1, 2],
    );
  });
});
