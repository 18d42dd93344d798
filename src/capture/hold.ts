import { type Disposable, toDisposable } from '../base/disposable.ts';
import type { Inspector } from './inspector.ts';
import type { Probe } from './target.ts';

const BEAT_MS = 1000;

/** A program that waits at its end hears that we are there, until this is disposed of. */
export function keepWaiting(probe: Probe, inspector: Inspector): Disposable {
  const beat = setInterval(() => probe.call('beat').catch(() => {}), BEAT_MS);
  // The program may end within a call of ours: that one is answered never, and all later ones are.
  const before = inspector.unanswered();
  probe.call('beat').then(
    () => inspector.giveUp(before),
    () => {},
  );
  return toDisposable(() => clearInterval(beat));
}
