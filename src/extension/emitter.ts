/** Listeners of one kind of event, where `vscode` is not to be had. */
import { type Disposable, toDisposable } from '../base/disposable.ts';

export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(event: T) => void>();

  /** Adds a listener until what is returned is disposed. */
  readonly event = (listener: (event: T) => void): Disposable => {
    // Apart from others, even when the same function listens twice.
    const own = (event: T): void => listener(event);
    this.listeners.add(own);
    return toDisposable(() => this.listeners.delete(own));
  };

  fire(event: T): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  dispose(): void {
    this.listeners.clear();
  }
}
