import { HeaplineError } from '../base/errors.ts';
import { printable } from '../protocol/wording.ts';
import { exitCodeOf } from './exit.ts';
import type { Io } from './io.ts';
import { painter, wantsColor } from './terminal.ts';

/** Of an error, in UTF-16 units: paths can be long. */
const MAX_LINE = 4000;

/**
 * Tells on `stderr`, in one line, what failed; with HEAPLINE_DEBUG its stack follows.
 * @returns the exit code that it asks for
 */
export function tellError(io: Pick<Io, 'stderr' | 'env'>, error: unknown): number {
  const known = HeaplineError.is(error)
    ? error
    : new HeaplineError(
        'internal',
        `Heapline failed: ${error instanceof Error ? error.message : String(error)}.`,
        { hint: 'HEAPLINE_DEBUG=1 shows where; please report it.' },
      );
  const paint = painter(wantsColor(io.stderr, io.env));
  io.stderr.write(`${paint('red', 'heapline:')} ${printable(known.toLine(), MAX_LINE)}\n`);
  if (io.env.HEAPLINE_DEBUG) {
    for (let e: unknown = error; e instanceof Error; e = e.cause) io.stderr.write(`${e.stack}\n`);
  }
  return exitCodeOf(known.code);
}
