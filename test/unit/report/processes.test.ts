/** What reports say of processes and of where memory grew. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessRow } from '../../../src/protocol/findings.ts';
import { verdictSentence } from '../../../src/protocol/wording.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { renderText } from '../../../src/report/text.ts';
import { cleanReport, leakReport } from '../../support/report-data.ts';

const row = (pid: number, more: Partial<ProcessRow> = {}): ProcessRow => ({
  role: 'child',
  pid,
  command: 'node server.js',
  state: 'left',
  started: 10,
  origin: { kind: 'session', name: 's1' },
  site: { url: 'file:///app/tools.ts', path: '/app/tools.ts', line: 20, column: 5 },
  bytes: 48e6,
  ...more,
});
const parts = {
  ms: 60_000,
  heap: 2e6,
  buffers: 0,
  external: 0,
  native: 12e6,
  nativePerMinute: 12e6,
  children: 48e6,
};

test('notes, each process that is left, and where memory grew', () => {
  const data = cleanReport();
  const rows = [1, 2, 3, 4].map((pid) => row(pid));
  data.findings.processes = { notes: ['4 child processes of ended sessions still run.'], rows };
  data.findings.memoryParts = parts;
  const text = renderText(data, { color: false, width: 200, cwd: '/app' });
  for (const line of [
    'Processes and memory',
    '4 child processes of ended sessions still run.',
    '- `node server.js` (pid 4), started in session `s1`, at tools.ts:20, 48 MB',
    'Memory grew most in child processes: +48 MB; native memory +12 MB, the heap +2 MB.',
    'Native memory that V8 is not told of grew by 12 MB a minute; not judged.',
  ])
    assert.ok(text.includes(line), `${line}\n${text}`);
  const markdown = renderMarkdown(data);
  assert.match(markdown, /### Processes and memory\n\n- 4 child processes/);
  assert.match(markdown, /- `node server\.js` \(pid 4\), started in session `s1`, at .*tools\.ts/);
});

test('a command line is text, whatever stands in it', () => {
  const data = cleanReport();
  const command = 'sh -c `x` <img src=x> @team | \x1b[31m';
  const rows = [1, 2, 3, 4].map((pid) => row(pid, { command, origin: { kind: 'run', name: '</script>' } }));
  data.findings.processes = { notes: [], rows };
  const markdown = renderMarkdown(data);
  const text = renderText(data, { color: false, width: 500, cwd: '/app' });
  for (const shown of [markdown, text]) assert.ok(!shown.includes('\x1b'));
  const outside = markdown.replace(/<code>.*?<\/code>|(`+).*?[^`]\1(?!`)/g, '');
  assert.doesNotMatch(outside, /<img|@team|<\/script>/);
});

test('a program without children, whose memory did not grow, has no such section', () => {
  const data = cleanReport();
  data.findings.memoryParts = { ms: 1, heap: 10, buffers: 0, external: 0, native: 9e6, children: 0 };
  assert.doesNotMatch(renderText(data, { color: false, width: 100 }), /Processes|Memory grew|native/i);
});

test('the verdict on processes in one sentence', () => {
  const data = leakReport();
  const [first] = data.findings.findings;
  first.kind = 'processes';
  first.owner.name = 'node server.js';
  first.growth = { bytes: 480e6, objects: 10, objectsPerStep: 1, bytesPerStep: 48e6, perSnapshot: [] };
  assert.equal(
    verdictSentence(data.findings),
    '10 more of `node server.js` run, unused and not ended: 1 a step, 480 MB in all.',
  );
});
