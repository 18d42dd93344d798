/** Verify and ignore as commands, on a program that leaks, is mended, and leaks anew. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Findings } from '../../src/protocol/findings.ts';
import { assertFails, type CliResult, heapline, PROJECT } from '../support/heapline.ts';

const AGENT = `
import { setTimeout as sleep } from 'node:timers/promises';
class Memory {
  history = [];
  remember(step, i) {
    this.history.push({ role: 'user', content: 'message ' + step + ' ' + i, tokens: new Array(20).fill(i) });
    if (process.argv[2] !== 'leaky' && this.history.length > 100) this.history.shift();
  }
}
const memory = new Memory();
const answers = new Map();
const answer = (step, i) => answers.set(step + ' ' + i, { text: 'answer '.repeat(5) + i });
for (let step = 1; step <= 80; step++) {
  for (let i = 0; i < 50; i++) {
    memory.remember(step, i);
    if (process.argv[2] === 'worse') answer(step, i);
  }
  console.log('step ' + step + ' done');
  await sleep(25);
  if (process.argv[2] === 'failing' && step === 30) process.exit(3);
}
`;
const RUN = [process.execPath, '--expose-gc', 'agent.mjs'];
// As many snapshots on a busy machine as on an idle one.
const OFTEN = ['--every-steps', '8'];
const STEPS = ['--step-on', '^step \\d+ done', ...OFTEN];

describe('verify and ignore', () => {
  let cwd: string;
  const read = <T>(file: string): T => JSON.parse(readFileSync(join(cwd, file), 'utf8'));
  const findings = (file: string): Findings => read(file);
  const verifying = (program: string, ...more: string[]): Promise<CliResult> => {
    const words = ['verify', '--baseline', 'before.heapline', '--json', `${program}.json`, ...OFTEN, ...more];
    return heapline([...words, '--', ...RUN, program], { cwd });
  };
  interface Verified {
    outcome: string;
    leaks: { name: string; outcome: string; per: string; bytesBefore: number; bytesAfter: number }[];
    newLeaks: { name: string }[];
    remarks: string[];
  }

  before(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'heapline-verify-'));
    writeFileSync(join(cwd, 'agent.mjs'), AGENT);
    const out = ['--out', 'before.heapline', '--json', 'before.json', '-q'];
    const { code, stderr } = await heapline(['run', ...out, ...STEPS, '--', ...RUN, 'leaky'], { cwd });
    assert.equal(code, 0, stderr);
    assert.equal(findings('before.json').verdict, 'leak');
  });
  after(() => rmSync(cwd, { recursive: true, force: true }));

  it('says fixed, with the rates before and after, and ends with 0', async () => {
    const { code, stdout } = await verifying('mended');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^step 80 done$/m);
    assert.match(stdout, /^FIXED {2}the leak is gone, and there is no new one\.$/m);
    assert.match(stdout, /^ {2}Memory\.history: fixed\n {6}before {2}[\d.]+ kB a step .*agent\.mjs:6:/m);
    const result = read<Verified>('mended.json');
    const schema = readFileSync(join(PROJECT, 'src', 'protocol', 'verify.schema.json'), 'utf8');
    const valid = new Ajv2020().compile(JSON.parse(schema));
    assert.ok(valid(result), JSON.stringify(valid.errors));
    const [leak] = result.leaks;
    assert.deepEqual([result.outcome, leak.outcome, leak.per], ['fixed', 'fixed', 'step']);
    assert.ok(leak.bytesBefore > 5000 && leak.bytesAfter < 0.1 * leak.bytesBefore, JSON.stringify(leak));
  });

  it('says not fixed where nothing was mended, and ends with 1', async () => {
    const { code, stdout } = await verifying('leaky');
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^NOT FIXED {2}none of the leaks is gone\.$/m);
    const { leaks } = read<Verified>('leaky.json');
    assert.deepEqual([leaks[0].name, leaks[0].outcome], ['Memory.history', 'unchanged']);
  });

  it('names a new leak beside the one that is gone', async () => {
    const { code, stdout } = await verifying('worse', '--out', 'worse.heapline');
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^NOT FIXED {2}the leak is gone, 1 new leak\.$/m);
    assert.match(stdout, /^ {2}answers: new$/m);
    assert.deepEqual(
      read<Verified>('worse.json').newLeaks.map(({ name }) => name),
      ['answers'],
    );
    // The same from the recordings alone.
    const words = ['verify', '--baseline', 'before.heapline', '--after', 'worse.heapline', '--json'];
    const again = await heapline(words, { cwd });
    assert.equal(again.code, 1);
    assert.deepEqual(
      JSON.parse(again.stdout).newLeaks.map(({ name }: { name: string }) => name),
      ['answers'],
    );
  });

  it('proves nothing by a run that fails halfway', async () => {
    const { code, stdout } = await verifying('failing');
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^INCONCLUSIVE/m);
    assert.match(stdout, /The program failed this time \(exit code 3\)/);
  });

  it('refuses what it can not verify', async () => {
    assertFails(
      await heapline(['verify', '--', ...RUN], { cwd }),
      64,
      /Which recording is from before the fix\?/,
    );
    const nothing = await heapline(['verify', '--baseline', 'before.heapline'], { cwd });
    assertFails(nothing, 64, /What is to be run\? The baseline ran: .*agent\.mjs leaky\./);
    const none = ['verify', '--baseline', 'none.heapline', '--', ...RUN];
    assertFails(await heapline(none, { cwd }), 66, /no such file/);
  });

  it('ignores by fingerprint, rule and owner, and shows what it ignores', async () => {
    const [{ id, rule }] = findings('before.json').findings;
    assert.equal(rule?.id, 'conversation-history');
    const open = ['open', 'before.heapline', '--fail-on-leak'];
    for (const words of [[id], ['--rule', 'conversation-history'], ['--owner', 'Memory.history']]) {
      const reason = ['--reason', 'only in this test', '--expires', '2999-01-01'];
      assert.equal((await heapline(['ignore', ...words, ...reason], { cwd })).code, 0);
      const { code, stdout } = await heapline(open, { cwd });
      assert.equal(code, 0, stdout);
      assert.match(stdout, /^NO LEAK/);
      assert.match(stdout, /1 leak is ignored: `Memory\.history` \(only in this test\)\./);
      assert.match(stdout, /^Ignored\n {2}Memory\.history, [\d.]+ kB a step, at agent\.mjs:6:\d+:/m);
      const file = readFileSync(join(cwd, '.heapline', 'ignore.json'), 'utf8');
      assert.match(file, /"reason": "only in this test"/);
      rmSync(join(cwd, '.heapline'), { recursive: true });
    }
    assert.equal((await heapline(open, { cwd })).code, 1);
  });

  it('counts again what has expired, and ignores nothing by a file that is damaged', async () => {
    const [{ id }] = findings('before.json').findings;
    const open = ['open', 'before.heapline', '--fail-on-leak'];
    const reason = ['--reason', 'until the release', '--expires', '2020-02-29'];
    assert.equal((await heapline(['ignore', id, ...reason], { cwd })).code, 0);
    const expired = await heapline(open, { cwd });
    assert.equal(expired.code, 1);
    assert.match(expired.stdout, /ignored until 2020-02-29 \(until the\s+release\)/);
    const file = join(cwd, '.heapline', 'ignore.json');
    writeFileSync(file, '{\n  "version": 1,\n  "ignore": [\n    { "finding": "x" "reason": "y" }\n  ]\n}\n');
    const damaged = await heapline(open, { cwd });
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /^heapline: .*ignore\.json:4:22: comma expected\. Nothing is ignored\.$/m);
    assertFails(await heapline(['ignore', id, '--reason', 'x'], { cwd }), 65, /ignore\.json:4:22/);
    rmSync(join(cwd, '.heapline'), { recursive: true });
  });
});
