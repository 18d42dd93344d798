/** Rules on recordings of programs that leak in many ways at once. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Findings } from '../../src/protocol/findings.ts';
import { heapline, PROJECT } from '../support/heapline.ts';

const WANTED: Record<string, Record<string, string>> = {
  agents: {
    saved: 'history-copies',
    'Directory.members': 'agent-registry',
    cleanups: 'captured-agent',
    completions: 'unbounded-cache',
    'Tracer.finished': 'trace-retention',
    pending: 'unsettled-promises',
    validators: 'schema-recompilation',
    log: 'duplicated-prompts',
  },
  resources: {
    bus: 'listeners',
    timers: 'uncleared-timers',
    servers: 'open-transports',
    clients: 'tool-instances',
    frames: 'external-memory',
    openConversations: 'open-sessions',
    'Gate.opened': 'unsettled-promises',
  },
};

describe('rules on real programs', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'heapline-rules-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [program, wanted] of Object.entries(WANTED)) {
    it(`${program}.mjs`, async () => {
      const json = join(folder, `${program}.json`);
      const script = join(PROJECT, 'test', 'integration', 'rules', `${program}.mjs`);
      // As many snapshots on a busy machine as on an idle one.
      const options = [
        '-q',
        '--every-steps',
        '8',
        '--json',
        json,
        '--out',
        `${program}.heapline`,
        '--step-on',
        '^step \\d+ done',
      ];
      const { code, stderr } = await heapline(['run', ...options, '--', process.execPath, script], {
        cwd: folder,
      });
      assert.equal(code, 0, stderr);
      const { findings } = JSON.parse(readFileSync(json, 'utf8')) as Findings;
      const found = Object.fromEntries(findings.map(({ owner, rule }) => [owner.name, rule?.id]));
      assert.deepEqual(found, wanted);
    });
  }
});
