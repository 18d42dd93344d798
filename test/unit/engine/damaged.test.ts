/** Recordings whose snapshots have all their bytes, but not the right ones. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { analyseRecording } from '../../../src/engine/analyse.ts';
import { RecordingWriter } from '../../../src/recording/writer.ts';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';

let folder: string;
let files: string[];
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-damaged-'));
  ({ files } = leakySnapshots(folder));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A recording of the three, of which some are overwritten in the middle. */
async function recordingWith(damaged: readonly number[]): Promise<string> {
  const dir = join(folder, `without-${damaged.join('-')}.heapline`);
  const writer = await RecordingWriter.create(dir, { heapline: '1', target: {}, options: {} });
  for (const [i, file] of files.entries()) {
    const text = readFileSync(file, 'latin1');
    const sink = writer.openSnapshot();
    sink.write(
      damaged.includes(i) ? `${text.slice(0, 1e6)}${'?'.repeat(1000)}${text.slice(1e6 + 1000)}` : text,
    );
    await writer.commitSnapshot(sink, { t: 1000 * (i + 1), pauseMs: 1, reason: 'schedule' });
  }
  writer.end({ t: 4000, reason: 'exit' });
  return dir;
}

test('a damaged snapshot is left out, and the rest tells what grows', async () => {
  const recordingDir = await recordingWith([1]);
  const { findings, timeline } = await analyseRecording({ recordingDir });
  assert.equal(findings.findings[0]?.owner.name, 'Conversation.history');
  assert.deepEqual(
    timeline.snapshots.map(({ index }) => index),
    [1, 3],
  );
  assert.match(findings.reasons.at(-1)!, /A snapshot was left out\. .*0002\.heapsnapshot: Unexpected "\?"/);
});

test('where hardly any is whole, that is the reason', async () => {
  const { findings } = await analyseRecording({ recordingDir: await recordingWith([0, 2]) });
  assert.equal(findings.verdict, 'inconclusive');
  assert.match(findings.reasons[0], /Only one whole snapshot/);
  assert.equal(findings.reasons.filter((reason) => /left out/.test(reason)).length, 2);
});

test('files that were named one by one are all needed', async () => {
  const bad = join(folder, 'bad.heapsnapshot');
  writeFileSync(bad, 'no snapshot');
  await assert.rejects(analyseRecording({ snapshotFiles: [files[0], bad, files[2]] }), (error) =>
    HeaplineError.is(error, 'not-a-snapshot'),
  );
});
