import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a busy machine, short enough to notice that something hangs. */
export const TIMEOUT_MS = 120_000;

/**
 * Asks again and again until there is an answer: anything but undefined, null and false. A question that throws is
 * asked again too.
 * @param what for the error; a function when only the end tells
 * @throws Error with `what` in it, and the last error, when time is up
 */
export async function until<T>(
  what: string | (() => string),
  ask: () => T | Promise<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer as NonNullable<Exclude<T, false>>;
      }
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`Waited ${timeoutMs / 1000} s for ${typeof what === 'string' ? what : what()}.`, {
        cause: failure,
      });
    }
    await sleep(50);
  }
}
