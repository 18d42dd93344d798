/** A container watched for a while. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HeaplineError } from '../base/errors.ts';
import type { WatchFacts } from '../protocol/recording.ts';
import type { TapReading } from './tap.ts';
import type { WireTap } from './wire-tap.ts';

/** Often enough to be seen, and that the tap in the target stays. */
const POLL_MS = 500;

export interface WatchLimits {
  /** After it first grew. */
  seconds: number;
  /** For its first insert: for ever unless told. */
  patienceSeconds?: number;
  /** So many inserts tell enough. */
  inserts?: number;
  /** Ends it: what was seen is told then, too. */
  signal?: AbortSignal;
  /** Hears of the inserts so far. */
  report?(inserts: number): void;
}

export type Watched = Pick<WatchFacts, 'inserts' | 'removes' | 'unseen' | 'seconds' | 'end' | 'stacks'>;

const ENDS = { full: 'enough', collected: 'collected', off: 'stopped' } as const;

/** Watches until a limit, then takes the tap out. @throws HeaplineError `target-gone` where nothing was seen before */
export async function watchThrough(tap: WireTap, limits: WatchLimits): Promise<Watched> {
  const { seconds, patienceSeconds = Number.POSITIVE_INFINITY, signal, report } = limits;
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  let reading: TapReading = { inserts: 0, removes: 0, unseen: 0, stacks: [], state: 'on' };
  let until = patienceSeconds;
  let grown = false;
  let end: Watched['end'] = 'time';
  try {
    while (reading.state === 'on' && elapsed() < until && !signal?.aborted) {
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
      reading = await tap.read();
      if (!grown && (reading.inserts || reading.unseen > 0)) {
        grown = true;
        until = elapsed() + seconds;
      }
      report?.(reading.inserts);
      if (reading.inserts >= (limits.inserts ?? Number.POSITIVE_INFINITY)) {
        end = 'enough';
        break;
      }
    }
    if (signal?.aborted) end = 'stopped';
    if (reading.state !== 'on') end = ENDS[reading.state];
    reading = await tap.remove();
  } catch (error) {
    if (!HeaplineError.is(error, 'target-gone') || !reading.inserts) throw error;
    end = 'target-gone';
  }
  const { inserts, removes, unseen, stacks } = reading;
  return { inserts, removes, unseen, seconds: Math.round(elapsed() * 10) / 10, end, stacks };
}
