import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Site } from '../../../src/protocol/findings.ts';
import {
  codeSpans,
  counted,
  pathNames,
  printable,
  siteLabel,
  siteOrigin,
  sitesOf,
  totalsText,
  verdictSentence,
} from '../../../src/protocol/wording.ts';
import { externalReport, leakReport } from '../../support/report-data.ts';

test('counts with their nouns', () => {
  assert.equal(counted(1, 'step'), '1 step');
  assert.equal(counted(5000, 'class'), '5,000 classes');
  assert.equal(counted(2, 'entry'), '2 entries');
  assert.equal(counted(0.25, 'object'), '0.3 objects');
});

test('what a snapshot holds, and what it gained', () => {
  const totals = { nodes: 1_204_311, edges: 1, size: 84e6 };
  assert.equal(totalsText(totals), '1,204,311 objects, 84 MB');
  const gains = [
    { className: 'Message', count: 5000, size: 3e6 },
    { className: 'a\x1bb', count: 1, size: 1e6 },
  ];
  assert.equal(
    totalsText({ ...totals, since: 2, gained: 3.1e6, gains }),
    '1,204,311 objects, 84 MB (+3.1 MB since snapshot 2; most: Message +5,000, a\\x1bb +1)',
  );
  assert.equal(
    totalsText({ ...totals, since: 2, gained: -5, gains: [] }),
    '1,204,311 objects, 84 MB (-5 B since snapshot 2)',
  );
});

test('control and format characters become visible, length is capped between characters', () => {
  assert.equal(printable('a\x1b[2J\u202eb\u2028\ud800'), 'a\\x1b[2J\\u{202e}b\\u{2028}\\u{d800}');
  assert.equal(printable('a\tb\nc'), 'a b\\nc');
  assert.equal(printable('x'.repeat(50), 10), `${'x'.repeat(9)}…`);
  assert.equal(printable('1234😀6789', 6), '1234…', 'no half of a pair');
  assert.equal(printable(printable('\x07')), printable('\x07'));
});

test('backticks pair up; one without partner is text', () => {
  assert.deepEqual(codeSpans('`a` grew'), [
    { text: 'a', code: true },
    { text: ' grew', code: false },
  ]);
  assert.deepEqual(codeSpans('`a` and ` alone'), [
    { text: 'a', code: true },
    { text: ' and ` alone', code: false },
  ]);
  assert.equal(codeSpans('').length, 0);
});

test('whose code a site is in', () => {
  const of = (url: string, path?: string): string =>
    siteOrigin({ url, path, line: 1, column: 1 } satisfies Site);
  assert.equal(of('file:///app/src/a.ts'), 'user');
  assert.equal(of('file:///app/dist/a.js', 'C:\\app\\src\\a.ts'), 'user');
  assert.equal(of('file:///app/node_modules/zod/index.js'), 'library');
  assert.equal(of('x', 'C:\\app\\node_modules\\zod\\index.js'), 'library');
  assert.equal(of('node:events'), 'runtime');
  assert.equal(of('node:internal/abort_controller'), 'runtime');
  assert.equal(of(''), 'runtime');
  assert.equal(of('node-agent.js'), 'user');
  assert.equal(of('internal-tools/a.js'), 'user');
});

test('labels are relative only inside the folder, on Windows too', () => {
  const site = (path: string): Site => ({ url: '', path, line: 4, column: 2 });
  assert.equal(siteLabel(site('/a/b/c.ts'), '/a/b'), 'c.ts:4:2');
  assert.equal(siteLabel(site('/a/bc/c.ts'), '/a/b'), '/a/bc/c.ts:4:2');
  assert.equal(siteLabel(site('C:\\a\\b\\c.ts'), 'C:\\a'), 'b\\c.ts:4:2');
  assert.equal(siteLabel(site('/c.ts'), '/'), 'c.ts:4:2');
});

test('a path ends in what grows, told once', () => {
  const [finding] = leakReport().findings.findings;
  assert.deepEqual(pathNames(finding.retainingPath).slice(-3), ['agent', 'memory', 'history[]']);
});

test('sites are told once each, the store first', () => {
  const listeners = leakReport().findings.findings[1];
  assert.deepEqual(
    sitesOf(listeners).map(({ role, site }) => `${role} ${site.line}`),
    ['Stored at 27'],
  );
});

test('a verdict names no step where none is known', () => {
  const { findings } = externalReport();
  assert.equal(verdictSentence(findings), '`external memory` gains 4.2 MB a step, never released.');
  const [first] = findings.findings;
  first.growth.bytesPerStep = undefined;
  first.growth.bytesPerSecond = 1500;
  assert.match(verdictSentence(findings), /gains 1\.5 kB a second/);
  first.growth.bytesPerSecond = undefined;
  assert.match(verdictSentence(findings), /gained 42 MB/);
});
