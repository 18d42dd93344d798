import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { HeaplineError } from '../../../src/base/errors.ts';
import { summariseProfile } from '../../../src/engine/profile-rows.ts';
import type { SamplingNode } from '../../../src/recording/reader.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-profile-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const node = (functionName: string, selfSize: number, children: SamplingNode[] = []): SamplingNode => ({
  callFrame: {
    functionName,
    scriptId: functionName === '(root)' ? '0' : '9',
    url: functionName === '(root)' ? '' : 'file:///agent/src/llm.js',
    lineNumber: functionName === '(root)' ? -1 : functionName.length,
    columnNumber: functionName === '(root)' ? -1 : 4,
  },
  selfSize,
  id: 1,
  children,
});

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('own and total sizes by function; what calls itself counts once', async () => {
  const tree = node('(root)', 0, [
    node('main', 1, [node('ask', 10, [node('parse', 100, [node('ask', 1000)])]), node('parse', 10_000)]),
  ]);
  const file = write('tree.heapprofile', { head: tree, samples: [] });
  const { total, rows } = await summariseProfile(file);
  assert.equal(total, 11_111);
  assert.deepEqual(
    rows.map((row) => [row.function, row.selfSize, row.totalSize]),
    [
      ['parse', 10_100, 11_100],
      ['ask', 1010, 1110],
      ['main', 1, 11_111],
    ],
  );
  assert.deepEqual(rows[0].site, {
    url: 'file:///agent/src/llm.js',
    path: '/agent/src/llm.js',
    line: 6,
    column: 5,
    function: 'parse',
    evidence: 'allocation',
  });
});

test('a real profile names the function that keeps', async () => {
  const program = join(folder, 'keeper.cjs');
  writeFileSync(
    program,
    `const inspector = new (require('node:inspector').Session)();
inspector.connect();
const kept = [];
function keepText() { for (let i = 0; i < 20000; i++) kept.push({ i, text: 'x'.repeat(20) + i }); }
inspector.post('HeapProfiler.startSampling', { samplingInterval: 1024 });
keepText();
inspector.post('HeapProfiler.getSamplingProfile', (_, { profile }) =>
  require('node:fs').writeFileSync(process.argv[2], JSON.stringify(profile)));
console.log(kept.length);
`,
  );
  const file = join(folder, 'real.heapprofile');
  execFileSync(process.execPath, [program, file]);
  const { rows, total } = await summariseProfile(file);
  const keeper = rows.find((row) => row.function === 'keepText')!;
  assert.ok(keeper.totalSize > total / 2, `${keeper.totalSize} of ${total}`);
  assert.deepEqual([keeper.site?.path, keeper.site?.line], [program, 4]);
  assert.ok(rows.every((row) => row.totalSize >= row.selfSize && row.totalSize <= total));
});

test('within a recording, through its scripts', async () => {
  const recording = join(folder, 'run.heapline');
  mkdirSync(join(recording, 'profiles'), { recursive: true });
  const original = join(folder, 'original.js');
  writeFileSync(original, '// here\n');
  writeFileSync(join(recording, 'events.ndjson'), '');
  writeFileSync(
    join(recording, 'scripts.json'),
    JSON.stringify({
      format: 'heapline-scripts/1',
      scripts: [{ id: '9', url: pathToFileURL(original).href }],
    }),
  );
  const file = write(join('run.heapline', 'profiles', '0001.heapprofile'), {
    head: node('(root)', 0, [node('f', 5)]),
  });
  const { rows } = await summariseProfile(file);
  assert.equal(rows[0].site?.path, original);
});

test('what is no profile is told', async () => {
  const cases: [string, string, RegExp][] = [
    ['cut', '{"head": {', /cut off or damaged/],
    ['other', '{"snapshot": 1}', /no sampled heap profile/],
    ['null', 'null', /no sampled heap profile/],
    ['child', JSON.stringify({ head: node('(root)', 0, [{} as SamplingNode]) }), /no sampled heap profile/],
  ];
  for (const [name, text, message] of cases) {
    await assert.rejects(summariseProfile(write(name, text)), (error) => {
      assert.ok(HeaplineError.is(error, 'malformed'), String(error));
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(summariseProfile(join(folder, 'absent')), (error) =>
    HeaplineError.is(error, 'not-found'),
  );
});
