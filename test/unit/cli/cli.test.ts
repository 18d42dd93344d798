import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { HeaplineError } from '../../../src/base/errors.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { RULES } from '../../../src/engine/rules/rules.ts';
import type { SnapshotDiff, SnapshotSummary } from '../../../src/protocol/tables.ts';
import { runHeapline } from '../../support/cli-io.ts';
import { cleanReport, hostileReport, leakReport } from '../../support/report-data.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'heapline-cli-'));
  mkdirSync(join(cwd, 'rec'));
  for (const name of ['a.heapsnapshot', 'b.heapsnapshot']) writeFileSync(join(cwd, name), '{');
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const EVIL = 'Evil\x1b[2J\u202e';
const summary: SnapshotSummary = {
  file: '/x/a.heapsnapshot',
  fileBytes: 1000,
  nodeCount: 10,
  edgeCount: 20,
  totalSize: 400,
  classes: [
    { className: EVIL, count: 2, selfSize: 100, retainedSize: 300, distance: 3 },
    { className: 'Array', count: 1, selfSize: 50, retainedSize: 60, distance: 4 },
  ],
  problems: ['An odd field.'],
};
const diff: SnapshotDiff = {
  before: '/x/a.heapsnapshot',
  after: '/x/b.heapsnapshot',
  rows: [
    {
      className: 'Turn',
      addedCount: 9,
      removedCount: 2,
      deltaCount: 7,
      addedSize: 900,
      removedSize: 200,
      deltaSize: 700,
    },
  ],
  sharedIds: 0.5,
  warnings: ['Only half of the ids are shared.'],
};

test('help and version', async () => {
  for (const argv of [[], ['--help'], ['-h'], ['help']]) {
    const { code, stdout, stderr } = await runHeapline(argv);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
    assert.match(stdout, /Exit codes[\s\S]*130/);
  }
  for (const { name, options } of COMMANDS) {
    const { code, stdout } = await runHeapline([name, '--help']);
    assert.equal(code, 0);
    assert.equal(stdout, (await runHeapline(['help', name])).stdout);
    for (const option of options) assert.ok(stdout.includes(`--${option.name}`));
    assert.match(stdout, /Examples:\n {2}heapline /);
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 110),
      name,
    );
  }
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  assert.equal((await runHeapline(['--version'])).stdout, `${version}\n`);
});

test('command lines that are off: one line, exit code 64, nothing asked', async () => {
  const cases: [string[], RegExp][] = [
    [['opne', 'x'], /no command `opne`\. Did you mean heapline open\?/],
    [['node', 'app.js'], /no command `node`.*heapline run -- node app\.js/],
    [['--json', 'open', 'x'], /The command comes first/],
    [['run'], /Which program\?.*heapline run -- node app\.js/],
    [['attach'], /Where does it listen\?/],
    [['open'], /Which recording or snapshots\?/],
    [['open', 'rec', 'a.heapsnapshot'], /a recording is opened alone/],
    [['diff', 'a.heapsnapshot'], /AFTER is missing\. heapline diff BEFORE AFTER/],
    [['diff', 'a', 'b', 'c'], /One word too many: `c`/],
    [['path', 'a.heapsnapshot'], /@ID is missing/],
    [['path', 'a.heapsnapshot', '@x1'], /`@x1` is no object id/],
    [['classes'], /FILE is missing/],
    [['report'], /Which recording\?/],
    [['report', 'a.heapsnapshot'], /a recording, which is a folder.*heapline open FILE/],
    [['open', '--evil\x1b[2J'], /Unknown option `--evil\\x1b\[2J`/],
  ];
  for (const [argv, wanted] of cases) {
    const { code, stdout, stderr, asked } = await runHeapline(argv, { cwd });
    assert.equal(code, 64, argv.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /^heapline: [^\n]+\n$/);
    assert.match(stderr, wanted);
    assert.deepEqual(asked, []);
  }
});

test('files that are not there or of another kind', async () => {
  const missing = await runHeapline(['classes', 'no.heapsnapshot'], { cwd });
  assert.equal(missing.code, 66);
  assert.match(missing.stderr, /Can't read no\.heapsnapshot: there is no such file/);
  const folder = await runHeapline(['classes', 'rec'], { cwd });
  assert.equal(folder.code, 65);
  assert.match(folder.stderr, /rec is a folder.*rec\/snapshots\/0001\.heapsnapshot/);
});

test('open: one snapshot, several, a recording', async () => {
  const one = await runHeapline(['open', 'a.heapsnapshot'], { cwd, answers: { summary } });
  assert.deepEqual(one.asked, [{ method: 'summary', params: { file: join(cwd, 'a.heapsnapshot') } }]);
  assert.match(one.stdout, /Constructor +Distance +Count/);
  const two = await runHeapline(['open', 'a.heapsnapshot', 'b.heapsnapshot'], {
    cwd,
    answers: { analyse: leakReport() },
  });
  assert.deepEqual(two.asked, [
    {
      method: 'analyse',
      params: { snapshotFiles: [join(cwd, 'a.heapsnapshot'), join(cwd, 'b.heapsnapshot')] },
    },
  ]);
  const recording = await runHeapline(['open', '--json', 'rec'], { cwd, answers: { analyse: leakReport() } });
  assert.deepEqual(recording.asked, [{ method: 'analyse', params: { recordingDir: join(cwd, 'rec') } }]);
  assert.deepEqual(JSON.parse(recording.stdout), leakReport().findings);
  assert.equal(recording.stderr, '');
});

test('a hostile recording can not steer the terminal', async () => {
  const answers = { analyse: hostileReport() };
  const { stdout } = await runHeapline(['open', 'rec'], { cwd, answers });
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});

test('--fail-on-leak', async () => {
  const leak = { cwd, answers: { analyse: leakReport() } };
  assert.equal((await runHeapline(['open', 'rec'], leak)).code, 0);
  assert.equal((await runHeapline(['open', '--fail-on-leak', 'rec'], leak)).code, 1);
  const sound = { cwd, answers: { analyse: cleanReport() } };
  assert.equal((await runHeapline(['open', '--fail-on-leak', 'rec'], sound)).code, 0);
});

test('classes: table, --top, JSON; hostile names are harmless in both', async () => {
  const table = await runHeapline(['classes', 'a.heapsnapshot', '--top', '1'], { cwd, answers: { summary } });
  assert.match(table.stdout, /Evil\\x1b\[2J.* 300 B +75%/);
  assert.match(table.stdout, /1 more; --top 0/);
  assert.match(table.stderr, /a\.heapsnapshot: An odd field\./);
  assert.doesNotMatch(table.stdout, /[\x1b\u202e]/);
  const json = await runHeapline(['classes', '--json', 'a.heapsnapshot'], { cwd, answers: { summary } });
  assert.deepEqual(JSON.parse(json.stdout), { format: 'heapline-classes/1', ...summary });
  assert.doesNotMatch(json.stdout, /\x1b/);
  const top = await runHeapline(['classes', '--json', '--top=1', 'a.heapsnapshot'], {
    cwd,
    answers: { summary },
  });
  assert.equal(JSON.parse(top.stdout).classes.length, 1);
});

test('on a terminal: colours and width', async () => {
  const long = { ...summary, classes: [{ ...summary.classes[1], className: 'N'.repeat(200) }] };
  const { stdout } = await runHeapline(['classes', 'a.heapsnapshot'], {
    cwd,
    tty: true,
    answers: { summary: long },
  });
  assert.match(stdout, /\x1b\[1ma\.heapsnapshot/);
  assert.match(stdout, /^N+… /m);
  const plain = await runHeapline(['classes', 'a.heapsnapshot'], {
    cwd,
    tty: true,
    env: { NO_COLOR: '1' },
    answers: { summary: long },
  });
  assert.doesNotMatch(plain.stdout, /\x1b/);
});

test('diff', async () => {
  const call = (...more: string[]) =>
    runHeapline(['diff', 'a.heapsnapshot', 'b.heapsnapshot', ...more], { cwd, answers: { diff } });
  const table = await call();
  assert.match(table.stdout, /\+700 B, \+7 objects; 50% of the objects are still there/);
  assert.match(table.stdout, /^Turn +9 +2 +\+7 +900 B +200 B +\+700 B$/m);
  assert.match(table.stderr, /Only half/);
  assert.deepEqual(JSON.parse((await call('--json')).stdout), { format: 'heapline-diff/1', ...diff });
  assert.equal((await call('--json', 'out.json')).code, 0);
  assert.deepEqual(JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8')).rows, diff.rows);
});

test('objects: by conditions, and all about one', async () => {
  const turn = {
    nodeId: 33,
    className: 'Turn',
    type: 'object',
    preview: `{text: ${EVIL}}`,
    selfSize: 32,
    retainedSize: 3200,
    distance: 4,
  };
  const found = { total: 5, start: 0, rows: [turn], selfSize: 160, retainedSize: 16_000 };
  const edges = { total: 1, start: 0, rows: [{ edge: '.history', edgeType: 'property', node: turn }] };
  const node = { ...turn, name: 'Turn', edgeCount: 1, retainerCount: 1, dominatedCount: 5, dominator: turn };
  const answers = {
    'heap/nodes': found,
    'heap/node': node,
    'heap/fields': edges,
    'heap/retainers': { ...edges, total: 3 },
    'heap/dominated': found,
  };
  const call = (...more: string[]) => runHeapline(['objects', 'a.heapsnapshot', ...more], { cwd, answers });
  const table = await call('--class', 'Turn', '--where', 'size>1kB has:text', '--sort', 'size', '--top', '1');
  assert.equal(table.code, 0);
  assert.deepEqual(table.asked, [
    {
      method: 'heap/nodes',
      params: {
        file: join(cwd, 'a.heapsnapshot'),
        query: { className: 'Turn', minSelfSize: 1001, properties: ['text'] },
        range: { start: 0, count: 1 },
        sort: { by: 'selfSize' },
      },
    },
  ]);
  assert.match(table.stdout, /^5 objects, 160 B shallow, 16 kB retained together$/m);
  assert.match(table.stdout, /^ +@33 +Turn +\{text: .* +4 +32 B +3.2 kB$/m);
  assert.match(table.stdout, /4 more; --top N/);
  assert.ok(!table.stdout.includes(EVIL));
  assert.deepEqual(JSON.parse((await call('--json', '--where', 'detached')).stdout), {
    format: 'heapline-objects/1',
    file: join(cwd, 'a.heapsnapshot'),
    query: { detached: true },
    ...found,
  });
  const one = await call('--id', '@33');
  assert.match(one.stdout, /^@33 Turn/);
  assert.match(one.stdout, /^Leads to \(1\)$/m);
  assert.match(one.stdout, /^Held by \(3\)$/m);
  assert.match(one.stdout, /^Keeps alive \(5\)$/m);
  assert.match(one.stdout, /^\.history +@33 +Turn/m);
  assert.equal(JSON.parse((await call('--id', '33', '--json')).stdout).retainers.total, 3);
  for (const wrong of [
    ['--id', 'x'],
    ['--where', 'nonsense'],
    ['--sort', 'name'],
    ['--top', '0'],
  ]) {
    assert.equal((await call(...wrong)).code, 64, wrong.join(' '));
  }
});

test('path', async () => {
  const details = {
    nodeId: 33,
    className: 'Array',
    name: 'Array',
    type: 'object',
    selfSize: 32,
    retainedSize: 3200,
    distance: 4,
    paths: [
      [
        { edge: '', name: 'session', className: 'Session', nodeId: 1 },
        {
          omitted: 1234,
          edge: '.history',
          name: EVIL,
          className: 'Array',
          nodeId: 33,
          site: { url: 'file:///app/m.js', path: join(cwd, 'm.js'), line: 4, column: 2 },
        },
      ],
    ],
  };
  const call = (...more: string[]) =>
    runHeapline(['path', 'a.heapsnapshot', '@33', ...more], { cwd, answers: { details } });
  const text = await call('--paths', '2');
  assert.deepEqual(text.asked, [
    { method: 'details', params: { file: join(cwd, 'a.heapsnapshot'), nodeId: 33, paths: 2 } },
  ]);
  assert.match(text.stdout, /^@33 Array\nshallow size 32 B, retained size 3\.2 kB, distance 4\n/);
  assert.match(
    text.stdout,
    /^ {2}session \(Session\) @1\n {2}\.\.\. 1,234 more steps \.\.\.\n {2}\.history -> Evil\\x1b.* \(Array\) @33 {2}m\.js:4:2$/m,
  );
  assert.deepEqual(JSON.parse((await call('--json')).stdout), { format: 'heapline-path/1', ...details });
});

test('report: formats by name and by ending', async () => {
  const call = (...argv: string[]) =>
    runHeapline(['report', 'rec', ...argv], {
      cwd,
      dist: pathToFileURL(`${cwd}/`),
      answers: { analyse: leakReport() },
    });
  const noAssets = await call('-f', 'html');
  assert.equal(noAssets.code, 66);
  assert.match(noAssets.stderr, /Can't read report\.js/);
  writeFileSync(join(cwd, 'report.js'), '"the script"');
  writeFileSync(join(cwd, 'report.css'), 'body { color: red }');
  assert.match((await call()).stdout, /leak/i);
  assert.match((await call('--format', 'markdown')).stdout, /^## /);
  assert.match((await call('--format=html')).stdout, /^<!doctype html>/i);
  const written = await call('-o', 'r.html');
  assert.equal(written.stdout, '');
  assert.match(written.stderr, /Wrote r\.html \(/);
  assert.match(readFileSync(join(cwd, 'r.html'), 'utf8'), /^<!doctype html>/i);
  await call('-o', 'r.md', '-q');
  assert.match(readFileSync(join(cwd, 'r.md'), 'utf8'), /^## /);
  assert.deepEqual(JSON.parse((await call('--json')).stdout), leakReport().findings);
  const nowhere = await call('-o', 'no/where.html');
  assert.equal(nowhere.code, 66);
  assert.match(nowhere.stderr, /Can't write no\/where\.html: there is no such folder/);
});

test('errors of the engine: one line, their own exit codes; the stack with HEAPLINE_DEBUG only', async () => {
  const cases = [
    ['not-a-snapshot', 65],
    ['truncated', 65],
    ['malformed', 65],
    ['not-found', 66],
    ['internal', 70],
    ['too-large', 71],
    ['disk-full', 74],
  ] as const;
  for (const [error, wanted] of cases) {
    const answer = new HeaplineError(error, 'It broke\nbadly.', { kept: 'All is kept.', hint: 'Repeat it.' });
    const options = { cwd, answers: { summary: answer } };
    const { code, stdout, stderr } = await runHeapline(['classes', 'a.heapsnapshot'], options);
    assert.equal(code, wanted);
    assert.equal(stdout, '');
    assert.equal(stderr, 'heapline: It broke\\nbadly. All is kept. Repeat it.\n');
    const debug = await runHeapline(['classes', 'a.heapsnapshot'], {
      ...options,
      env: { HEAPLINE_DEBUG: '1' },
    });
    assert.match(debug.stderr, /\n\s+at /);
  }
  const unexpected = await runHeapline(['classes', 'a.heapsnapshot'], { cwd });
  assert.equal(unexpected.code, 70);
  assert.match(
    unexpected.stderr,
    /^heapline: Heapline failed: unexpected summary\. HEAPLINE_DEBUG=1[^\n]+\n$/,
  );
});

test('Ctrl-C cancels the engine, gives it back, and leaves no listener', async () => {
  const signals = new EventEmitter();
  let disposed = 0;
  const { code, stderr } = await runHeapline(['classes', 'a.heapsnapshot'], {
    cwd,
    signals,
    engine: () => ({
      call: (_method, _params, options) =>
        new Promise((_, reject) => {
          options!.signal!.addEventListener('abort', () =>
            reject(new HeaplineError('cancelled', 'Cancelled.')),
          );
          setImmediate(() => signals.emit('SIGINT'));
        }),
      dispose: () => void disposed++,
    }),
  });
  assert.equal(code, 130);
  assert.equal(stderr, 'heapline: Cancelled.\n');
  assert.equal(disposed, 1);
  assert.deepEqual(signals.eventNames(), []);
});

test('rules: all of them, one page, JSON, and the nearest right spelling', async () => {
  const list = await runHeapline(['rules']);
  assert.equal(list.code, 0);
  for (const { id, title } of RULES)
    assert.match(list.stdout, new RegExp(`^  ${id} +${escapeRegExp(title)}$`, 'm'));
  const page = await runHeapline(['rules', 'listeners']);
  assert.match(
    page.stdout,
    /^# Listeners that gather on something long-lived\n\nRule `listeners`\n\n## What/,
  );
  const json = JSON.parse((await runHeapline(['rules', '--json'])).stdout);
  assert.deepEqual([json.format, json.rules.length], ['heapline-rules/1', RULES.length]);
  const wrong = await runHeapline(['rules', 'listner']);
  assert.deepEqual([wrong.code, wrong.stdout], [64, '']);
  assert.match(wrong.stderr, /There is no rule `listner`\. Did you mean listeners\?/);
});

test('ignore: what is off is told, and nothing is written', async () => {
  for (const [argv, pattern] of [
    [[], /Which leak\?/],
    [['map:x:1f0c22aa'], /`--reason` is missing/],
    [['map:x:1f0c22aa', '--reason', ' '], /`--reason` is missing/],
    [['modelCache', '--reason', 'x'], /is no finding's id/],
    [['a:b:1', 'c:d:2', '--reason', 'x'], /One at a time/],
    [['map:x:1f0c22aa', '--reason', 'x', '--expires', '2027-02-30'], /is not a day/],
    [['listner', '--rule', '--reason', 'x'], /Did you mean listeners\?/],
    [['x', '--rule', '--owner', '--reason', 'x'], /Either --rule or --owner/],
  ] as const) {
    const { code, stderr } = await runHeapline(['ignore', ...argv], { cwd });
    assert.equal(code, 64, stderr);
    assert.match(stderr, pattern);
    assert.equal(existsSync(join(cwd, '.heapline')), false);
  }
});

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
