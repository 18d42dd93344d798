import assert from 'node:assert/strict';
import { it } from 'node:test';
import { markFindings } from '../../../src/extension/marking.ts';
import { Model } from '../../../src/extension/model.ts';
import { finding, recordingInfo, verdict } from '../../support/extension-data.ts';

it('marks the newest verdict on each program, once for what it says', () => {
  const model = new Model();
  const told: string[] = [];
  const listening = markFindings(model, {
    show: (dir, { findings }, _sources, final) => told.push(`show ${dir} ${findings.length} ${final}`),
    clear: (dir) => told.push(`clear ${dir}`),
  });
  const set = (dir: string, day: number, more = {}): void =>
    model.setRecording(recordingInfo(dir, { createdAt: `2026-01-0${day}`, ...more }));
  set('/r/a', 1);
  set('/r/a', 1, { findings: verdict() });
  set('/r/a', 1, { findings: verdict(), durationMs: 9 });
  set('/r/a', 1, { findings: verdict(), state: 'ended', final: true });
  set('/r/b', 2, { title: 'other.js' });
  set('/r/b', 2, { title: 'other.js', findings: verdict({ findings: [finding(), finding({ id: 'f2' })] }) });
  set('/r/c', 3, { title: 'agent.js [8]' });
  set('/r/c', 3, { title: 'agent.js [8]', findings: verdict({ findings: [] }) });
  model.removeRecording('/r/b');
  listening.dispose();
  set('/r/d', 4, { findings: verdict() });
  assert.deepEqual(told, [
    'show /r/a 1 false',
    'show /r/a 1 true',
    'show /r/b 2 false',
    'clear /r/a',
    'show /r/c 0 false',
    'clear /r/b',
  ]);
});
