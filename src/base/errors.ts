/** What a user is told when something fails: what happened, what was kept, what to do. */

export type ErrorCode =
  | 'usage' // the command line's words are off
  | 'not-found' // a file, folder, process or node is not there
  | 'not-a-snapshot' // the file is of another kind
  | 'truncated' // the file ends too early
  | 'malformed' // the file breaks its own rules
  | 'too-large' // more than this machine or format can hold
  | 'disk-full'
  | 'target-gone' // the process under examination ended or closed its inspector
  | 'connect-failed'
  | 'launch-failed'
  | 'cancelled'
  | 'internal';

/** An error meant for users. `message` says what happened; `kept` what is still whole; `hint` what to do. */
export class HeaplineError extends Error {
  override readonly name = 'HeaplineError';
  readonly code: ErrorCode;
  readonly kept?: string;
  readonly hint?: string;
  /** The file that it is about, where there may be others. */
  readonly file?: string;

  constructor(
    code: ErrorCode,
    message: string,
    more: { kept?: string; hint?: string; file?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.kept = more.kept;
    this.hint = more.hint;
    this.file = more.file;
  }

  /** One line for a terminal: what happened; what was kept; what to do. */
  toLine(): string {
    return [this.message, this.kept, this.hint].filter(Boolean).join(' ');
  }

  /** By name: each bundle of the extension has a class of its own. */
  static is(error: unknown, code?: ErrorCode): error is HeaplineError {
    if (!(error instanceof Error) || error.name !== 'HeaplineError') return false;
    return code === undefined || (error as HeaplineError).code === code;
  }
}
