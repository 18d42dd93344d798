import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { reachInspector } from '../../../src/capture/attach.ts';
import { readIdentity } from '../../../src/capture/light.ts';
import { nodeBinary } from '../../support/nodes.ts';
import { Programs } from '../../support/programs.ts';

const programs = new Programs();
after(() => programs.close());

/** Loads many of Node's own modules at once, then says whether they are as they should be. */
const PROGRAM = `
process.stdin.on('data', () => {
  const { Worker, MessageChannel, threadId } = require('worker_threads');
  require('perf_hooks');
  new MessageChannel().port1.close();
  process.exit(typeof Worker === 'function' && threadId === 0 ? 40 : 41);
});`;

for (const major of [20, 24] as const) {
  test(`programs that are asked in their first moments are none the worse for it, Node ${major}`, async () => {
    const node = await nodeBinary(major);
    for (let i = 0; i < 12; i++) {
      const program = await programs.start(`young-${major}-${i}`, PROGRAM, node);
      const inspector = await reachInspector(program.inspector);
      const { pid, threadId } = await readIdentity(inspector);
      assert.deepEqual([pid, threadId], [program.pid, 0]);
      program.child.stdin!.write('go\n');
      assert.deepEqual(await program.ended, { code: 40, signal: null }, program.stderr());
      await inspector.close();
    }
  });
}
