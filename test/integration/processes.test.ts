/** Child processes and workers that agents start, on the real MCP SDK: what is left running is named, what is in use is not. */
import assert from 'node:assert/strict';
import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../src/build/cache.ts';
import { analyseRecording } from '../../src/engine/analyse.ts';
import type { ProcessRow } from '../../src/protocol/findings.ts';
import type { RecordingEvent } from '../../src/protocol/recording.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import { renderText } from '../../src/report/text.ts';
import { prepareParts } from '../bench/accuracy/prepare.ts';
import { ofType, type Recorded, Workshop } from '../support/capture.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

const SOURCES = fileURLToPath(new URL('./processes', import.meta.url));
const TURNS = 12;
/** Lines of agent.mjs. */
const OPENS = 15;
const STARTS = 40;

let shop: Workshop;
let folder: string;
before(async () => {
  shop = await Workshop.open();
  const prepared = await prepareParts('processes-', [SOURCES], join(cacheFolder(), 'processes'));
  // The cache may lie within a node_modules: what runs from there is no code of the user's.
  folder = join(shop.folder, 'agent');
  await cp(SOURCES, folder, { recursive: true });
  await symlink(join(prepared.folder, 'node_modules'), join(folder, 'node_modules'), 'junction');
});
after(() => shop.close());

interface Run extends Recorded {
  data: ReportData;
}

async function run(major: NodeMajor, mode: string): Promise<Run> {
  const node = await nodeBinary(major);
  const recorded = await shop.run([node, join(folder, 'agent.mjs'), mode], { cwd: folder, everySteps: 3 });
  assert.deepEqual([recorded.outcome.exitCode, recorded.outcome.failure], [0, undefined], recorded.stderr);
  return { ...recorded, data: await analyseRecording({ recordingDir: recorded.outcome.recordingDir }) };
}

const starts = ({ recording }: Run, role: ProcessRow['role']): RecordingEvent[] =>
  ofType(recording, 'process').filter(
    (event) => event.role === role && event.event === 'start' && event.frames !== undefined,
  );

for (const major of [20, 24] as NodeMajor[]) {
  describe(`on Node ${major}`, () => {
    it('MCP servers and workers that no session closes are named, with the line', async () => {
      const leaky = await run(major, 'leaky');
      const { findings } = leaky.data;
      assert.equal(starts(leaky, 'child').length, TURNS);
      assert.equal(starts(leaky, 'worker').length, TURNS);
      assert.equal(findings.verdict, 'leak');
      for (const [role, line, command] of [
        ['child', OPENS, /^node\S* .*server\.mjs$/],
        ['worker', STARTS, /^worker \d+/],
      ] as const) {
        const finding = findings.findings.find(({ processes }) => processes?.[0]?.role === role);
        assert.equal(finding?.rule?.id, 'open-transports', role);
        const left = findings.processes!.rows.filter((row) => row.role === role && row.state === 'left');
        assert.ok(left.length >= TURNS / 2, `${left.length} left`);
        for (const row of left) {
          assert.match(row.command, command);
          assert.deepEqual([row.site!.path!.endsWith('agent.mjs'), row.site!.line], [true, line]);
          assert.equal(row.origin?.kind, 'session');
          assert.match(row.origin.name!, /^s\d+$/);
          assert.equal(row.rpc, role === 'child' ? true : undefined);
        }
        assert.ok(left.some(({ bytes = 0 }) => bytes > 1e6) || !isMeasured(role, major));
      }
      // What we keep of them ourselves is none of the program's.
      assert.doesNotMatch(JSON.stringify(findings.findings), /heapline:target/);
      const text = renderText(leaky.data, { color: false, width: 1000, cwd: folder });
      assert.match(
        text,
        /\d+ child processes of ended sessions still run, unused: `node\S* [^`]*server\.mjs` \(pid \d+\), started in session `s\d+`, at agent\.mjs:15/,
      );
      if (isMeasured('child', major)) assert.ok(findings.memoryParts!.children > 20e6);
    });

    it('those that are closed, or that all share, are not', async () => {
      const sound = await run(major, 'sound');
      assert.equal(starts(sound, 'child').length, TURNS + 1);
      assert.equal(starts(sound, 'worker').length, 2);
      const { findings } = sound.data;
      assert.deepEqual(
        findings.findings.filter(({ kind, processes }) => kind === 'processes' || processes),
        [],
      );
      const left = findings.processes!.rows.filter(({ state }) => state !== 'running');
      assert.deepEqual(left, []);
    });
  });
}

/** Sizes are read from /proc by the program itself; elsewhere they are asked for more seldom. */
function isMeasured(role: ProcessRow['role'], major: NodeMajor): boolean {
  // Node tells what a worker's heap holds from 22.16 on.
  return role === 'child' ? process.platform === 'linux' : major > 20;
}
