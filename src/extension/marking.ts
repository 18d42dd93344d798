/** Marks are those of the newest verdict on each program: one that was mended and recorded again has lost its own. */
import type { Disposable } from '../base/disposable.ts';
import type { RecordingInfo } from '../protocol/server.ts';
import { withoutPid } from './debug-sessions.ts';
import type { Gutter } from './gutter/gutter.ts';
import type { Model } from './model.ts';

export function markFindings(model: Model, gutter: Pick<Gutter, 'show' | 'clear'>): Disposable {
  /** By recording: what its marks tell. */
  const marked = new Map<string, string>();
  return model.onDidChange(({ what }) => {
    if (what !== 'recording' && what !== 'recordings') return;
    const newest = new Map<string, RecordingInfo>();
    for (const recording of model.recordings) {
      const program = withoutPid(recording.title);
      if (recording.findings && !newest.has(program)) newest.set(program, recording);
    }
    const wanted = [...newest.values()];
    for (const dir of [...marked.keys()]) {
      if (wanted.some((recording) => recording.dir === dir)) continue;
      marked.delete(dir);
      gutter.clear(dir);
    }
    for (const { dir, findings, sources, final } of wanted) {
      // The server sends all of a recording anew with each change of it.
      const told = JSON.stringify([final, findings?.findings.map(({ id, growth }) => [id, growth.bytes])]);
      if (!findings || marked.get(dir) === told) continue;
      marked.set(dir, told);
      gutter.show(dir, findings, sources, final);
    }
  });
}
