/** The whole way, from a leaking program to the verdict, as processes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Findings } from '../../../src/protocol/findings.ts';

const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

const AGENT = `
import { setTimeout as sleep } from 'node:timers/promises';
class Memory {
  history = [];
  remember(text) {
    this.history.push({ role: 'user', text, tokens: new Array(20).fill(text.length) });
  }
}
globalThis.agent = { memory: new Memory() };
for (let batch = 1; batch <= 30; batch++) {
  for (let i = 0; i < 200; i++) agent.memory.remember('message ' + batch + ' ' + i);
  globalThis.gc();
  console.log(JSON.stringify({ batch }));
  await sleep(60);
}
process.exitCode = Number(process.env.AGENT_CODE);
`;

let cwd: string;
before(() => {
  cwd = mkdtempSync(join(tmpdir(), 'heapline-run-'));
  writeFileSync(join(cwd, 'agent.mjs'), AGENT);
});
after(() => rmSync(cwd, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function heapline(
  argv: string[],
  onStderr: (text: string) => void = () => {},
  agentCode = 0,
): Promise<Ended> {
  const env = { ...process.env, NO_COLOR: '1', AGENT_CODE: String(agentCode) };
  const child = spawn(process.execPath, [CLI, ...argv], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
    onStderr.call(child, text);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const findings = (file: string): Findings => JSON.parse(readFileSync(join(cwd, file), 'utf8'));

test('run: the leak and its line, the output and exit code of the program', async () => {
  const argv = [
    'run',
    '--out',
    'rec.heapline',
    '--json',
    'out.json',
    '--html',
    'r.html',
    '--step-on',
    '"batch"',
  ];
  const { code, stdout, stderr } = await heapline(
    [...argv, '--fail-on-leak', '--', process.execPath, '--expose-gc', 'agent.mjs'],
    undefined,
    3,
  );
  assert.equal(code, 3, stderr);
  assert.deepEqual(
    stdout.trim().split('\n'),
    Array.from({ length: 30 }, (_, i) => `{"batch":${i + 1}}`),
  );
  const { format, verdict, findings: found } = findings('out.json');
  assert.equal(format, 'heapline-findings/1');
  assert.equal(verdict, 'leak', stderr);
  assert.equal(found[0].storeSite?.line, 6);
  assert.match(found[0].owner.name, /history/);
  assert.deepEqual(findings('rec.heapline/findings.json'), findings('out.json'));
  assert.match(readFileSync(join(cwd, 'r.html'), 'utf8'), /^<!doctype html>/i);
  assert.match(stderr, /agent\.mjs:6/);

  const opened = await heapline(['open', '--json', 'rec.heapline']);
  assert.equal(JSON.parse(opened.stdout).verdict, 'leak');
  const failing = await heapline(['open', '--fail-on-leak', '-q', 'rec.heapline']);
  assert.deepEqual(failing, { code: 1, stdout: '', stderr: '' });
  const id = `@${found[0].owner.nodeId}`;
  const path = await heapline(['path', 'rec.heapline/snapshots/0003.heapsnapshot', id]);
  assert.match(path.stdout, /agent.*\n.*memory \(Memory\).*agent\.mjs:3/);
});

test('a program that can not be started, or is no Node program', async () => {
  const none = await heapline(['run', '--out', 'none', '--', 'no-such-program-anywhere']);
  assert.equal(none.code, 69);
  assert.match(none.stderr, /no-such-program-anywhere could not be started/);
  assert.equal(existsSync(join(cwd, 'none')), false);
});

test('attach: nobody listens', async () => {
  const { code, stderr } = await heapline(['attach', '127.0.0.1:1']);
  assert.equal(code, 69);
  assert.match(stderr, /heapline: No inspector answers at 127\.0\.0\.1:1/);
  assert.equal((await heapline(['attach', 'nowhere'])).code, 64);
});
