import { get } from 'node:http';
import { HeaplineError } from '../base/errors.ts';
import { Inspector } from './inspector.ts';
import { LiveRecording } from './live.ts';
import type { CaptureHooks, CaptureOptions, CaptureOutcome } from './options.ts';
import { SAMPLING_INTERVAL } from './recorder.ts';

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
  const inspector = await reachInspector(address);
  try {
    const live = await LiveRecording.start(
      inspector,
      {
        ...options,
        samplingInterval: options.samplingInterval ?? SAMPLING_INTERVAL,
        mode: 'automatic',
        target: { inspector: address },
      },
      { onEvent: hooks.onEvent?.bind(hooks), follower: hooks.follower },
    );
    hooks.onRecording?.(live);
    let interrupts = 0;
    const abandon = (): void => {
      live.abandon();
      inspector.close();
    };
    hooks.controls?.listen((request) => {
      // What fails is in the recording's notes.
      if (request.type === 'snapshot') live.takeSnapshot().catch(() => {});
      else if (request.type === 'stop' || interrupts++ === 0) live.stop();
      else abandon();
    });
    hooks.signal?.addEventListener('abort', abandon);
    if (hooks.signal?.aborted) abandon();
    const outcome = await live.done;
    hooks.signal?.removeEventListener('abort', abandon);
    return outcome;
  } finally {
    await inspector.close();
  }
}

/** Connects to a program whose inspector listens. @throws HeaplineError `usage` or `connect-failed` */
export async function reachInspector(address: string): Promise<Inspector> {
  return Inspector.connect(await findInspector(address));
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
