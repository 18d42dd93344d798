import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Change, Model } from '../../../src/extension/model.ts';
import type { RecordingInfo } from '../../../src/protocol/server.ts';
import { recordingInfo, targetSpec, verdict } from '../../support/extension-data.ts';

function watched(): { model: Model; changes: Change[]; ended: RecordingInfo[] } {
  const model = new Model();
  const changes: Change[] = [];
  const ended: RecordingInfo[] = [];
  model.onDidChange((change) => changes.push(change));
  model.onDidEndRecording((recording) => ended.push(recording));
  return { model, changes, ended };
}

it('keeps targets, with what the server says of them, until they go', () => {
  const { model, changes } = watched();
  model.addTarget(targetSpec('a'));
  model.setTarget({ spec: targetSpec('a'), state: 'live' });
  model.addReading('a', { at: 1, heapUsed: 5, heapTotal: 9 });
  model.addTarget({ ...targetSpec('a'), proxy: { host: '127.0.0.1', port: 1 } });
  assert.equal(model.target('a')?.info?.state, 'live', 'a new address does not undo what is known');
  assert.equal(model.target('a')?.readings.length, 1);
  model.removeTarget('a');
  model.setTarget({ spec: targetSpec('a'), state: 'gone' });
  model.addReading('a', { at: 2, heapUsed: 5, heapTotal: 9 });
  assert.deepEqual(model.targets, []);
  assert.deepEqual(
    changes.map(({ what }) => what),
    ['targets', 'target', 'reading', 'target', 'targets'],
  );
});

it('keeps the latest 120 readings of a target', () => {
  const { model } = watched();
  model.addTarget(targetSpec('a'));
  for (let at = 0; at < 300; at++) model.addReading('a', { at, heapUsed: at, heapTotal: at });
  const readings = model.target('a')!.readings;
  assert.deepEqual([readings.length, readings[0].at, readings.at(-1)?.at], [120, 180, 299]);
});

it('tells once when a recording ends, and not of those that had ended before', () => {
  const { model, ended } = watched();
  model.setRecording(recordingInfo('/r/old', { state: 'ended' }));
  model.setRecording(recordingInfo('/r/a', { state: 'recording', target: 'a' }));
  model.setRecording(recordingInfo('/r/a', { state: 'analysing', target: 'a' }));
  assert.equal(model.recordingOf('a')?.state, 'analysing');
  model.setRecording(recordingInfo('/r/a', { state: 'analysing' }));
  model.setRecording(recordingInfo('/r/a', { state: 'ended' }));
  model.setRecording(recordingInfo('/r/a', { state: 'ended' }));
  assert.deepEqual(
    ended.map(({ dir, target }) => [dir, target]),
    [['/r/a', 'a']],
  );
  assert.equal(model.recordingOf('a'), undefined);
});

it('has what is under way as current, else the recording made last in this window', () => {
  const { model } = watched();
  const current = (): string[] => model.current.map(({ dir }) => dir);
  model.setRecordings([recordingInfo('/r/old', { state: 'ended' })]);
  assert.deepEqual(current(), []);
  model.setRecording(recordingInfo('/r/a', { state: 'recording' }));
  model.setRecording(recordingInfo('/r/b', { state: 'recording' }));
  assert.deepEqual(current().sort(), ['/r/a', '/r/b']);
  model.setRecording(recordingInfo('/r/b', { state: 'ended' }));
  assert.deepEqual(current(), ['/r/b', '/r/a']);
  model.setRecording(recordingInfo('/r/a', { state: 'ended' }));
  assert.deepEqual(current(), ['/r/b']);
});

it('keeps what is under way when the folder is listed anew', () => {
  const { model } = watched();
  model.setRecording(recordingInfo('/r/gone', { state: 'ended' }));
  model.setRecording(recordingInfo('/r/live', { state: 'recording', steps: 7 }));
  model.setRecordings([
    recordingInfo('/r/live', { state: 'ended' }),
    recordingInfo('/r/x', { state: 'ended' }),
  ]);
  assert.deepEqual(model.recordings.map(({ dir, steps }) => [dir, steps]).sort(), [
    ['/r/live', 7],
    ['/r/x', 0],
  ]);
});

it('keeps source lines of the latest recordings only', () => {
  const { model } = watched();
  const sources = [{ path: '/a.js', firstLine: 1, lines: ['x'] }];
  for (let day = 1; day <= 20; day++)
    model.setRecording(
      recordingInfo(`/r/${day}`, {
        state: 'ended',
        sources,
        createdAt: `2026-01-${String(day).padStart(2, '0')}`,
      }),
    );
  assert.deepEqual(
    model.recordings.filter(({ sources: kept }) => kept).map(({ dir }) => dir),
    ['/r/20', '/r/19', '/r/18'],
  );
});

it('takes the verdict that is made later, of a recording that had none', () => {
  const { model, ended } = watched();
  model.setRecordings([recordingInfo('/r/cut', { state: 'ended', final: false })]);
  model.setVerdict('/r/cut', verdict(), undefined);
  model.setVerdict('/r/cut', verdict({ verdict: 'no-leak' }), undefined);
  model.setVerdict('/r/unknown', verdict(), undefined);
  assert.deepEqual(
    model.recordings.map(({ dir, findings, final }) => [dir, findings?.verdict, final]),
    [['/r/cut', 'leak', true]],
  );
  assert.deepEqual(ended, []);
});

it('forgets what a dead server knew, and says what it cut off', () => {
  const { model, ended } = watched();
  model.addTarget(targetSpec('a'));
  model.setTarget({ spec: targetSpec('a'), state: 'live' });
  model.setRecording(recordingInfo('/r/a', { state: 'recording', target: 'a' }));
  model.setRecording(recordingInfo('/r/done', { state: 'ended' }));
  assert.deepEqual(
    model.forgetServer().map(({ dir }) => dir),
    ['/r/a'],
  );
  assert.equal(model.target('a')?.info, undefined);
  assert.deepEqual(
    model.recordings.map(({ dir }) => dir),
    ['/r/done'],
  );
  assert.deepEqual(ended, []);
});

it('knows of recordings on disk before they are listed', () => {
  const { model } = watched();
  assert.ok(!model.hasRecordings && !model.unlisted);
  model.setOnDisk(true);
  assert.ok(model.hasRecordings && model.unlisted);
  model.setRecordings([recordingInfo('/r/x', { state: 'ended' })]);
  assert.ok(model.hasRecordings && !model.unlisted);
});

it('keeps what just ended in sight while another program is still recorded', () => {
  const model = new Model();
  const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;
  const current = (): string[] => model.current.map(({ dir }) => dir);
  model.setRecording(recordingInfo('/r/main', { target: 's1', createdAt: at(1) }));
  model.setRecording(recordingInfo('/r/worker', { target: 's2', title: '[worker 1]', createdAt: at(2) }));
  model.setRecording(recordingInfo('/r/worker', { title: '[worker 1]', state: 'ended', createdAt: at(2) }));
  assert.deepEqual(current(), ['/r/worker', '/r/main']);
  // A restart: the next process of the same program.
  model.setRecording(recordingInfo('/r/again', { target: 's3', title: 'agent.js [9]', createdAt: at(3) }));
  model.setRecording(recordingInfo('/r/main', { state: 'ended', createdAt: at(1) }));
  assert.deepEqual(current(), ['/r/again', '/r/worker']);
  model.setRecording(recordingInfo('/r/again', { title: 'agent.js [9]', state: 'ended', createdAt: at(3) }));
  assert.deepEqual(current(), ['/r/again', '/r/worker']);
  model.setRecording(recordingInfo('/r/next', { target: 's4', createdAt: at(4) }));
  assert.deepEqual(current(), ['/r/next']);
});

it('says of a recording that ends whether the user has stopped its program', () => {
  const model = new Model();
  const stopped: boolean[] = [];
  model.onDidEndRecording((ended) => stopped.push(ended.stopped));
  for (const stop of [true, false]) {
    model.setRecording(recordingInfo('/r/a', { target: 's1' }));
    if (stop) model.noteStop('s1');
    model.noteStop('another');
    model.setRecording(recordingInfo('/r/a', { state: 'ended' }));
  }
  assert.deepEqual(stopped, [true, false]);
});
