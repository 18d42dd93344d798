/** Which verdicts are marked in editors: those of what is recorded, and of the recording made last. */
import type { Disposable } from '../base/disposable.ts';
import type { Gutter } from './gutter/gutter.ts';
import type { Model } from './model.ts';

export function markFindings(model: Model, gutter: Pick<Gutter, 'show' | 'clear'>): Disposable {
  /** By recording: what its marks show. */
  const marked = new Map<string, string>();
  return model.onDidChange(({ what }) => {
    if (what === 'target' || what === 'targets') return;
    const told = model.current.filter(({ findings }) => findings);
    // The marks of a run before stay until a new one has something to say.
    const goes = (dir: string): boolean =>
      !model.recording(dir) || (told.length > 0 && !told.some((recording) => recording.dir === dir));
    for (const dir of [...marked.keys()].filter(goes)) {
      marked.delete(dir);
      gutter.clear(dir);
    }
    for (const { dir, findings, sources, final } of told) {
      if (!findings) continue;
      const shown = [final, ...findings.findings.map(({ id, growth }) => `${id} ${growth.bytes}`)].join('\n');
      if (marked.get(dir) === shown) continue;
      marked.set(dir, shown);
      gutter.show(dir, findings, sources, final);
    }
  });
}
