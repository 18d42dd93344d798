/**
 * True, evaluated in a target, while Node is amid loading one of its own modules. What we evaluate interrupts the
 * program wherever it is: to ask for a module there leaves that module, or what it needs, broken for the program's
 * whole life (`require('worker_threads')` failed in 1 of 4 programs that were asked in their first moments).
 */
export const LOADING = `(() => {
const { stackTraceLimit, prepareStackTrace } = Error;
Error.stackTraceLimit = 1000;
Error.prepareStackTrace = undefined;
const { stack } = new Error();
Error.stackTraceLimit = stackTraceLimit;
Error.prepareStackTrace = prepareStackTrace;
return /node:internal.bootstrap/.test(stack);
})()`;

const AGAIN_MS = 20;
const PATIENCE_MS = 5000;

/**
 * Asks until there is an answer: `ask` gives undefined while Node is loading.
 * @returns undefined when that takes too long
 */
export async function onceLoaded<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
