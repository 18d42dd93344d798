import { get } from 'node:http';
import { HeaplineError } from '../base/errors.ts';
import { RecordingWriter } from '../recording/writer.ts';
import { Inspector } from './inspector.ts';
import {
  type CaptureHooks,
  type CaptureOptions,
  type CaptureOutcome,
  optionsForManifest,
  RecordingClock,
} from './options.ts';
import { Recorder } from './recorder.ts';

/** How long the list of an inspector's targets may be under way, and how long it may be. */
const ANSWER_MS = 10_000;
const MOST_ANSWER = 1e6;

/**
 * Records a program whose inspector already listens, until it ends or the recording is stopped. The program is left
 * as it was: no handlers for signals, and all of ours is taken out at the end.
 * @param address `HOST:PORT`, a port, or the inspector's `ws://` URL
 * @throws HeaplineError `usage`, `connect-failed`, or what `RecordingWriter.create` throws
 */
export async function recordAttached(
  address: string,
  options: CaptureOptions,
  hooks: CaptureHooks = {},
): Promise<CaptureOutcome> {
  const url = await findInspector(address);
  const inspector = await Inspector.connect(url);
  const clock = new RecordingClock();
  let writer: RecordingWriter | undefined;
  try {
    writer = await RecordingWriter.create(
      options.out,
      {
        heapline: options.version,
        target: { inspector: address },
        options: optionsForManifest(options),
      },
      (event) => {
        hooks.onEvent?.(event);
        // So many were asked for: this one is the last.
        if (event.type === 'snapshot' && options.every !== undefined && event.index === options.snapshots)
          stop(true);
      },
    );
    clock.start();
    const settings = { ...options, signals: false };
    const recorder = await Recorder.start(inspector, writer, clock.now, settings);
    let aborted = false;
    let interrupts = 0;
    function stop(abruptly: boolean): void {
      recorder.stop(abruptly);
    }
    hooks.controls?.listen((request) => {
      if (request.type === 'snapshot') recorder.snapshotNow();
      else if (request.type === 'stop' || interrupts++ === 0) recorder.stop();
      else recorder.abandon();
    });
    const abort = (): void => {
      aborted = true;
      recorder.abandon();
    };
    hooks.signal?.addEventListener('abort', abort);
    if (hooks.signal?.aborted) abort();
    const end = await recorder.done;
    hooks.signal?.removeEventListener('abort', abort);
    const { exitCode } = end.by === 'hold' ? end : {};
    const reason = aborted
      ? 'cancelled'
      : end.by === 'hold'
        ? 'exit'
        : end.by === 'gone'
          ? 'target-gone'
          : 'detached';
    if (reason === 'target-gone') {
      const message = 'The program ended or closed its inspector before a last snapshot.';
      writer.event({ type: 'note', t: clock.now(), level: 'warning', message });
    }
    const snapshots = writer.snapshots.length;
    writer.end({ t: clock.now(), reason, exitCode });
    return {
      recordingDir: options.out,
      snapshots,
      exitCode,
      reason,
      failure: recorder.failure ?? writer.failure,
    };
  } catch (error) {
    await inspector.close();
    writer?.discard();
    throw error;
  }
}

/** @throws HeaplineError `usage` or `connect-failed` */
async function findInspector(address: string): Promise<string> {
  if (/^wss?:\/\//.test(address)) return address;
  const match = /^(?:https?:\/\/)?(?:(\[[^\]]+\]|[^:/\s]+):)?(\d{1,5})\/?$/.exec(address);
  if (!match || Number(match[2]) > 65_535) {
    throw new HeaplineError('usage', `${address} is no address of an inspector.`, {
      hint: 'Give HOST:PORT, such as 127.0.0.1:9229.',
    });
  }
  const host = match[1]?.replace(/^\[|\]$/g, '') ?? '127.0.0.1';
  const port = Number(match[2]);
  const answer = await getText(host, port).catch((error: Error) => {
    throw new HeaplineError('connect-failed', `No inspector answers at ${address}: ${error.message}.`, {
      hint: `Start the program with node --inspect=${port}.`,
      cause: error,
    });
  });
  const url = firstUrl(answer);
  if (!url) {
    throw new HeaplineError('connect-failed', `What answers at ${address} is no inspector of Node.`, {
      hint: `Start the program with node --inspect=${port}; where that port is taken, with another.`,
    });
  }
  return url;
}

/** The list of targets, as https://nodejs.org/en/learn/getting-started/debugging has it; undefined for other text. */
function firstUrl(answer: string): string | undefined {
  let targets: unknown;
  try {
    targets = JSON.parse(answer);
  } catch {
    return undefined;
  }
  if (!Array.isArray(targets)) return undefined;
  const urls = targets.map((target) => target?.webSocketDebuggerUrl);
  return urls.find((url): url is string => typeof url === 'string' && /^wss?:\/\//.test(url));
}

/** @throws Error of the network, and for an answer that is late or long */
function getText(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host, port, path: '/json/list', signal: AbortSignal.timeout(ANSWER_MS) });
    request.on('error', (error) =>
      reject(
        error.name === 'TimeoutError' || error.name === 'AbortError' ? new Error('it is silent') : error,
      ),
    );
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
        if (text.length > MOST_ANSWER) response.destroy(new Error('its answer has no end'));
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
  });
}
