/** The context keys of the `when` clauses in package.json. */
import { commands, debug, type Disposable as VsDisposable } from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { isProcessLive, leaksOf, type Model } from './model.ts';
import type { Sessions } from './sessions.ts';

export class ContextKeys implements VsDisposable {
  private readonly store = new DisposableStore();
  private readonly model: Model;
  private readonly sessions: Sessions;
  private readonly canVerify: (dir: string) => boolean;
  private readonly known = new Map<string, unknown>();
  private due = false;

  constructor(model: Model, sessions: Sessions, canVerify: (dir: string) => boolean) {
    this.model = model;
    this.sessions = sessions;
    this.canVerify = canVerify;
    this.store.add(
      model.onDidChange(({ what }) => what !== 'target' && what !== 'reading' && this.changed()),
    );
    this.store.add(debug.onDidChangeActiveDebugSession(() => this.changed()));
    this.changed();
  }

  dispose(): void {
    this.store.dispose();
  }

  /** Once for all that changes in one turn. */
  private changed(): void {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      this.update();
    });
  }

  private update(): void {
    const { model } = this;
    const underWay = (id: string): boolean => {
      const recording = model.recordingOf(id);
      return recording?.state === 'recording' && recording.mode !== 'manual';
    };
    const focused = this.sessions.focused;
    this.set('hasTargets', model.targets.length > 0);
    this.set(
      'canRecord',
      model.targets.some(({ spec }) => !underWay(spec.id)),
    );
    this.set(
      'recording',
      model.recordings.some(({ state }) => state === 'recording'),
    );
    this.set('hasRecordings', model.hasRecordings);
    this.set(
      'focused',
      focused !== undefined && model.target(focused) && (underWay(focused) ? 'recording' : 'idle'),
    );
    this.set(
      'canWatch',
      model.recordings.some((recording) => leaksOf(recording).length > 0 && isProcessLive(model, recording)),
    );
    this.set(
      'canVerify',
      model.recordings.some((recording) => leaksOf(recording).length > 0 && this.canVerify(recording.dir)),
    );
  }

  private set(key: string, value: unknown): void {
    if (this.known.has(key) && this.known.get(key) === value) return;
    this.known.set(key, value);
    void commands.executeCommand('setContext', `heapline.${key}`, value);
  }
}
