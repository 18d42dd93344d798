import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { nearest, parseWords, Values } from '../../../src/cli/args.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';

const spec = (name: string) => COMMANDS.find((c) => c.name === name)!;
const read = (command: string, ...argv: string[]) => {
  const { options, words } = parseWords(spec(command), argv);
  return { options: Object.fromEntries(options), words };
};
const complaint = (command: string, ...argv: string[]): string => {
  try {
    const parsed = parseWords(spec(command), argv);
    const values = new Values(spec(command), parsed);
    for (const o of ['every']) values.duration(o);
    for (const o of ['snapshots', 'every-steps', 'paths']) values.count(o);
    values.count('top', 0);
    values.bytes('disk-budget');
    values.regex('step-on');
    values.oneOf('format', ['text', 'html']);
  } catch (error) {
    assert.ok(HeaplineError.is(error, 'usage'));
    assert.doesNotMatch(error.toLine(), /\n/);
    return error.toLine();
  }
  return assert.fail(`accepted: ${argv.join(' ')}`);
};

test("the issue's own command lines", () => {
  assert.deepEqual(
    read(
      'run',
      '--out',
      'rec.heapline',
      '--json',
      'out.json',
      '--step-on',
      '"batch"',
      '--',
      'node',
      '--expose-gc',
      'agent.mjs',
    ),
    {
      options: { out: 'rec.heapline', json: 'out.json', 'step-on': '"batch"' },
      words: ['node', '--expose-gc', 'agent.mjs'],
    },
  );
  assert.deepEqual(read('run', '--json', 'FILE', '--', 'CMD'), { options: { json: 'FILE' }, words: ['CMD'] });
  assert.deepEqual(read('open', '--json', 'rec.heapline'), {
    options: { json: true },
    words: ['rec.heapline'],
  });
});

test('--json takes a file by one rule', () => {
  assert.deepEqual(read('open', 'REC', '--json').options, { json: true });
  assert.deepEqual(read('open', '--json', 'o.json', 'REC'), { options: { json: 'o.json' }, words: ['REC'] });
  assert.deepEqual(read('open', '--json=o', 'REC'), { options: { json: 'o' }, words: ['REC'] });
  assert.deepEqual(read('open', '--json', '-', 'REC'), { options: { json: '-' }, words: ['REC'] });
  assert.deepEqual(read('open', '--json', '--quiet', 'REC').options, { json: true, quiet: true });
  assert.deepEqual(read('run', '--json', '--', 'node', 'a'), {
    options: { json: true },
    words: ['node', 'a'],
  });
  // Without `--`, a word that can be the program is the program.
  assert.deepEqual(read('run', '--json', 'node', 'a'), { options: { json: true }, words: ['node', 'a'] });
});

test("the program's own options are not ours", () => {
  assert.deepEqual(read('run', 'node', '--json', 'x', '--help'), {
    options: {},
    words: ['node', '--json', 'x', '--help'],
  });
  assert.deepEqual(read('run', '-q', '--', 'node', '--', '-q').words, ['node', '--', '-q']);
  assert.deepEqual(read('open', '--', '--odd-name').words, ['--odd-name']);
});

test('what is off is told in one line, with the nearest right spelling', () => {
  const cases: [string[], RegExp][] = [
    [['run', '--evry', '3s'], /Unknown option `--evry`\. Did you mean --every\?/],
    [['run', '--step', 'x'], /Did you mean --step-on\?/],
    [['run', '--jsno', 'x'], /Did you mean --json\?/],
    [['run', '-x'], /Unknown option `-x`\. See heapline run --help/],
    [['run', '--xyzzy=1'], /Unknown option `--xyzzy`\. See/],
    [['run', '--out'], /`--out` needs a value: --out DIR/],
    [['run', '--out', '--', 'node'], /`--out` needs a value/],
    [['run', '--html', '--quiet', '--', 'node'], /`--html` needs a value/],
    [['run', '--quiet=yes', '--', 'node'], /takes no value/],
    [['run', 'stray', '--', 'node'], /`stray` before `--`/],
    [['run', '--every', 'soon', '--', 'node'], /`--every soon` is not a time/],
    [['run', '--every', '0s', '--', 'node'], /`--every 0s` is not a time/],
    [['run', '--snapshots', '-3', '--', 'node'], /`--snapshots -3` is not a whole number of 1 or more/],
    [['run', '--every-steps', '1.5', '--', 'node'], /whole number/],
    [['run', '--disk-budget', 'lots', '--', 'node'], /is not a size/],
    [['run', '--step-on', '(', '--', 'node'], /is not a regular expression/],
    [['run', '--step-on=', '--', 'node'], /`--step-on` is empty/],
    [['report', '--format', 'pdf', 'x'], /`--format pdf` is not one of text, html/],
    [['classes', '--top', 'many', 'x'], /whole number of 0 or more/],
  ];
  for (const [[command, ...argv], wanted] of cases) assert.match(complaint(command, ...argv), wanted);
});

test('typed values', () => {
  const parsed = parseWords(spec('run'), [
    '--every',
    '1.5m',
    '--snapshots=7',
    '--disk-budget',
    '2GB',
    '--',
    'x',
  ]);
  const values = new Values(spec('run'), parsed);
  assert.equal(values.duration('every'), 90_000);
  assert.equal(values.count('snapshots'), 7);
  assert.equal(values.bytes('disk-budget'), 2e9);
  assert.equal(values.text('html'), undefined);
});

test('nearest: transpositions, prefixes, and nothing far off', () => {
  const names = ['every', 'every-steps', 'step-on', 'out'];
  assert.equal(nearest('evrey', names), 'every');
  assert.equal(nearest('every-step', names), 'every-steps');
  assert.equal(nearest('ste', names), 'step-on');
  assert.equal(nearest('banana', names), undefined);
});
