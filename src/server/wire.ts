/** Joins the service to a JSON-RPC connection: cancellation, progress and errors as they go over the wire. */
import { type CancellationToken, type Connection, ErrorCodes, ResponseError } from 'vscode-languageserver';
import type { ProgressReading } from '../base/progress.ts';
import { toWire, type WireError } from '../protocol/rpc.ts';
import type { WithProgress } from '../protocol/server.ts';
import type { Asked } from './asked.ts';
import type { Answers } from './service.ts';
import { Throttle } from './throttle.ts';

/** Readings of a request are sent at most so often, in milliseconds. */
const PROGRESS_EVERY = 100;
/** LSP's code for a request that the client has cancelled. */
const REQUEST_CANCELLED = -32800;

type AnyAnswer = (params: unknown, asked: Asked) => unknown;

/** Answers each of the service's requests. What fails unexpectedly goes into the log, too. */
export function answerRequests(connection: Connection, answers: Answers): void {
  for (const [method, answer] of Object.entries(answers) as [string, AnyAnswer][]) {
    connection.onRequest(method, async (params: unknown, token: CancellationToken) => {
      const { progress, ...rest } = (params ?? {}) as WithProgress;
      const controller = new AbortController();
      const listening = token.onCancellationRequested(() => controller.abort());
      if (token.isCancellationRequested) controller.abort();
      const told = progressOf(connection, progress);
      try {
        return await answer(rest, { signal: controller.signal, report: told?.report });
      } catch (error) {
        return toResponse(connection, method, error);
      } finally {
        listening.dispose();
        told?.dispose();
      }
    });
  }
}

/** Sends a notification. Where the editor is gone there is nobody to miss it. */
export function tell(connection: Connection, method: string, params: unknown): void {
  try {
    connection.sendNotification(method, params).catch(() => {});
  } catch {
    // As above: a connection that is closed throws at once.
  }
}

/** Writes an error into the editor's log, or where nobody reads that any longer, to standard error. */
export function log(connection: Connection, text: string): void {
  try {
    connection.console.error(text);
  } catch {
    process.stderr.write(`${text}\n`);
  }
}

function progressOf(connection: Connection, token: string | undefined) {
  if (token === undefined) return undefined;
  let latest: ProgressReading | undefined;
  const throttle = new Throttle(PROGRESS_EVERY, () => {
    tell(connection, '$/progress', { token, value: latest });
  });
  return {
    report(reading: ProgressReading): void {
      const phase = latest?.phase;
      latest = reading;
      if (reading.phase === phase) throttle.soon();
      else throttle.now();
    },
    dispose: () => throttle.dispose(),
  };
}

function toResponse(connection: Connection, method: string, error: unknown): ResponseError<WireError> {
  const wire = toWire(error);
  if (wire.code === 'internal') log(connection, `${method}: ${wire.stack ?? wire.message}`);
  const code = wire.code === 'cancelled' ? REQUEST_CANCELLED : ErrorCodes.InternalError;
  return new ResponseError(code, wire.message, wire);
}
