/** The bundled command as a process of its own, on real snapshots. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';

const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

let cwd: string;
let historyId: number;
before(() => {
  cwd = mkdtempSync(join(tmpdir(), 'heapline-process-'));
  ({ historyId } = leakySnapshots(cwd));
});
after(() => rmSync(cwd, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function heapline(argv: string[], more: { closeStdout?: boolean; stdout?: number } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...argv], {
    cwd,
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: undefined },
    stdio: ['ignore', more.stdout ?? 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  if (more.closeStdout) child.stdout?.destroy();
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

test('classes', async () => {
  const { code, stdout, stderr } = await heapline(['classes', '3.heapsnapshot', '--json']);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  const { format, classes } = JSON.parse(stdout);
  assert.equal(format, 'heapline-classes/1');
  assert.equal(classes.find((row: { className: string }) => row.className === 'Turn').count, 1500);
  const table = await heapline(['open', '3.heapsnapshot']);
  assert.match(table.stdout, /^3\.heapsnapshot \(\d.*\nConstructor +Distance +Count/s);
});

test('diff', async () => {
  const { code, stdout } = await heapline(['diff', '--json', '1.heapsnapshot', '3.heapsnapshot']);
  assert.equal(code, 0);
  const { rows } = JSON.parse(stdout);
  assert.equal(rows.find((row: { className: string }) => row.className === 'Turn').deltaCount, 1000);
});

test('path', async () => {
  const { code, stdout } = await heapline(['path', '3.heapsnapshot', `@${historyId}`]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`\\.history -> history\\[\\] \\(Array\\) @${historyId}\\n$`));
  const json = await heapline(['path', '3.heapsnapshot', String(historyId), '--json', 'path.json']);
  assert.equal(json.code, 0);
  assert.equal(JSON.parse(readFileSync(join(cwd, 'path.json'), 'utf8')).nodeId, historyId);
});

test('bad files: one line, their exit codes', async () => {
  cpSync(join(cwd, '1.heapsnapshot'), join(cwd, 'cut.heapsnapshot'));
  truncateSync(join(cwd, 'cut.heapsnapshot'), 500_000);
  writeFileSync(join(cwd, 'empty.heapsnapshot'), '');
  writeFileSync(join(cwd, 'other.heapsnapshot'), '\x89PNG\r\n');
  writeFileSync(join(cwd, 'bomb.heapsnapshot'), `{"snapshot":${'['.repeat(1e6)}`);
  const wanted = { cut: 65, empty: 65, other: 65, bomb: 65, none: 66 };
  for (const [name, code] of Object.entries(wanted)) {
    for (const argv of [
      ['classes', `${name}.heapsnapshot`],
      ['diff', '1.heapsnapshot', `${name}.heapsnapshot`],
    ]) {
      const ended = await heapline(argv);
      assert.equal(ended.code, code, `${argv} ${ended.stderr}`);
      assert.match(ended.stderr, /^heapline: [^\n]+\n$/);
      assert.ok(ended.stderr.includes(`${name}.heapsnapshot`), ended.stderr);
      assert.equal(ended.stdout, '');
    }
  }
});

test('a reader that goes away is no failure', async () => {
  const { code, stderr } = await heapline(['classes', '--top', '0', '3.heapsnapshot'], { closeStdout: true });
  assert.equal(stderr, '');
  assert.equal(code, 0);
});

test('long JSON comes whole through a pipe', async () => {
  const { stdout } = await heapline(['classes', '--json', '3.heapsnapshot']);
  assert.ok(stdout.length > 10_000);
  assert.ok(stdout.endsWith('}\n'));
});

const full = { skip: process.platform !== 'linux' };
test('standard output that takes nothing: one line, exit code 74', full, async () => {
  for (const words of [[], ['--json']]) {
    const stdout = openSync('/dev/full', 'w');
    const { code, stderr } = await heapline(['classes', '3.heapsnapshot', ...words], { stdout });
    closeSync(stdout);
    assert.equal(code, 74);
    assert.match(stderr, /^heapline: Can't write standard output: the disk is full\. .*\n$/);
  }
});
