import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../../../src/cli/progress.ts';
import { tableLines } from '../../../src/cli/table.ts';
import { fit, type Output, wantsColor, widthOf } from '../../../src/cli/terminal.ts';
import { columns } from '../../../src/report/wrap.ts';

const sink = (more: Partial<Output> = {}): Output & { text: string } => ({
  text: '',
  write(text: string) {
    this.text += text;
  },
  ...more,
});

test('colours: by terminal, FORCE_COLOR, NO_COLOR', () => {
  const tty = sink({ isTTY: true });
  assert.equal(wantsColor(tty, {}), true);
  assert.equal(wantsColor(sink(), {}), false);
  assert.equal(wantsColor(tty, { TERM: 'dumb' }), false);
  assert.equal(wantsColor(tty, { NO_COLOR: '1', FORCE_COLOR: '1' }), false);
  assert.equal(wantsColor(tty, { NO_COLOR: '' }), true);
  assert.equal(wantsColor(sink(), { FORCE_COLOR: '1' }), true);
  assert.equal(wantsColor(tty, { FORCE_COLOR: '0' }), false);
});

test('width: of a terminal only', () => {
  assert.equal(widthOf(sink()), undefined);
  assert.equal(widthOf(sink({ isTTY: true })), 80);
  assert.equal(widthOf(sink({ isTTY: true, columns: 132 })), 132);
});

test('fit counts columns, not units', () => {
  assert.equal(fit('plain', 5), 'plain');
  assert.equal(fit('plainer', 5), 'plai…');
  assert.equal(fit('你好吗', 6), '你好吗');
  assert.equal(fit('你好吗啊', 6), '你好…');
  assert.ok(columns(fit('😀😀😀😀', 5)) <= 5);
});

const COLUMNS = [
  { title: 'Name', shrinks: true },
  { title: 'Size', right: true },
];

test('a table fits the terminal, and is whole elsewhere', () => {
  const rows = [
    ['x'.repeat(200), '12 B'],
    ['y', '1,000 B'],
  ];
  const narrow = tableLines(COLUMNS, rows, 40);
  assert.ok(narrow.every((line) => columns(line) <= 40));
  assert.match(narrow[1], /x…\s+12 B$/);
  assert.match(narrow[2], /^y\s+1,000 B$/);
  assert.ok(tableLines(COLUMNS, rows)[1].startsWith('x'.repeat(200)));
});

test('a table too wide for the terminal leaves out what can be spared', () => {
  const titles = ['Constructor', 'Distance', 'Count', 'Retained size'];
  const wide = titles.map((title, i) => ({ title, shrinks: i === 0, right: i > 0, spare: [0, 2, 1, 0][i] }));
  const rows = [['SomeVeryLongClassName', '12', '1,234,567', '12.3 MB']];
  const heads = [60, 46, 40, 30].map((width) => {
    const lines = tableLines(wide, rows, width);
    assert.ok(lines.every((line) => columns(line) <= width));
    assert.match(lines[1], /^Some.* 12\.3 MB$/);
    return lines[0].split(/\s{2,}/).join('|');
  });
  assert.deepEqual(heads, [
    'Constructor|Distance|Count|Retained size',
    'Constructor|Count|Retained size',
    'Constructor|Count|Retained size',
    'Constructor|Retained size',
  ]);
});

test('text from a heap can not steer the terminal', () => {
  const evil = '\x1b]0;owned\x07\x1b[2J\r\n\u202Eabc\u009b31m';
  const [, line] = tableLines(COLUMNS, [[evil, '1 B']]);
  assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e]/);
  assert.match(line, /\\x1b\]0;owned\\x07/);
});

test('on a terminal: a bar after a moment, cleared before other lines', () => {
  let now = 0;
  const out = sink({ isTTY: true, columns: 60 });
  const progress = new Progress(out, { now: () => now });
  progress.report({ phase: 'Reading', done: 1, total: 4 });
  assert.equal(out.text, '');
  now = 1000;
  progress.report({ phase: 'Reading', done: 2, total: 4 });
  assert.match(out.text, /^\r\[#{12}\.{12}\] Reading 50%\x1b\[K$/);
  progress.report({ phase: 'Reading', done: 3, total: 4 });
  assert.doesNotMatch(out.text, /75%/);
  progress.line('a note');
  assert.match(out.text, /\r\x1b\[Kheapline: a note\n$/);
  progress.clear();
  assert.match(out.text, /a note\n$/);
});

test('elsewhere: a plain line now and then', () => {
  let now = 0;
  const out = sink();
  const progress = new Progress(out, { now: () => now });
  for (; now < 12_000; now += 100) progress.report({ phase: 'Dominators\x1b[2J', done: now, total: 12_000 });
  assert.match(out.text, /^(heapline: Dominators\\x1b\[2J \d+%\n){2}$/);
});

test('quiet: nothing', () => {
  let now = 0;
  const out = sink({ isTTY: true });
  const progress = new Progress(out, { quiet: true, now: () => now });
  now = 10_000;
  progress.report({ phase: 'Reading', done: 1 });
  progress.line('a note');
  progress.clear();
  assert.equal(out.text, '');
});
