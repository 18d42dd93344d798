import type { Disposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import type { TargetInfo, TargetSpec } from '../protocol/server.ts';
import { Target, type TargetListener } from './target.ts';

/** The processes that the editor has told us of. */
export class Targets implements Disposable {
  private readonly targets = new Map<string, Target>();

  constructor(private readonly listener: TargetListener) {}

  /** Begins to connect, and answers at once: `listener` hears how that went. */
  open(spec: TargetSpec): TargetInfo {
    const known = this.targets.get(spec.id);
    if (known) known.update(spec);
    else this.targets.set(spec.id, new Target(spec, this.listener));
    return this.get(spec.id).info;
  }

  /** @throws HeaplineError `target-gone` for one that was never opened, or is closed */
  get(id: string): Target {
    const target = this.targets.get(id);
    if (target) return target;
    throw new HeaplineError('target-gone', 'This program is no longer known: its session has ended.');
  }

  /** Forgets a target. Its recording has a connection of its own. */
  close(id: string): void {
    this.targets.get(id)?.dispose();
    this.targets.delete(id);
  }

  dispose(): void {
    for (const id of [...this.targets.keys()]) this.close(id);
  }
}
