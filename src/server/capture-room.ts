import { recordAttached } from '../capture/attach.ts';
import { CaptureControls } from '../capture/controls.ts';
import { Inspector } from '../capture/inspector.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import type { Capturing, Live, Memory } from './capturing.ts';

const urls = new WeakMap<Inspector, string>();

async function connect(url: string): Promise<Inspector> {
  const inspector = await Inspector.connect(url);
  urls.set(inspector, url);
  return inspector;
}

async function evaluate(inspector: Inspector, expression: string): Promise<unknown> {
  const { result } = await inspector.send('Runtime.evaluate', {
    expression: `JSON.stringify(${expression})`,
    silent: true,
  });
  return JSON.parse(String(result.value));
}

/** Until the capture room has its own doors: through `recordAttached`. */
export const captureRoom: Capturing = {
  connectProxy: ({ host, port, path }) => connect(`ws://${host}:${port}${path}`),
  async reachTarget({ host, port, path }) {
    return { inspector: await connect(`ws://${host}:${port}${path}`), via: 'proxy' };
  },
  async reachInspector(address) {
    if (address.startsWith('ws:')) return connect(address);
    const answer = await fetch(`http://${address}/json/list`);
    const [{ webSocketDebuggerUrl }] = (await answer.json()) as { webSocketDebuggerUrl: string }[];
    return connect(webSocketDebuggerUrl);
  },
  readMemory: (inspector) => evaluate(inspector, 'process.memoryUsage()') as Promise<Memory>,
  readIdentity: async (inspector) =>
    (await evaluate(inspector, '{ pid: process.pid, version: process.version }')) as {
      pid: number;
      version: string;
    },
  async startRecording(inspector, options, hooks): Promise<Live> {
    const controls = new CaptureControls();
    const stop = new AbortController();
    const waiting: { resolve(entry: SnapshotEntry): void; reject(error: unknown): void }[] = [];
    let begun = (): void => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const done = recordAttached(urls.get(inspector)!, options, {
      controls,
      signal: stop.signal,
      onEvent(event) {
        hooks.onEvent?.(event);
        if (event.type === 'process') begun();
        if (event.type !== 'snapshot') return;
        hooks.onSnapshot?.(undefined);
        const { type, ...entry } = event;
        waiting.shift()?.resolve({ ...entry, activeMs: entry.t });
      },
    });
    await Promise.race([started, done]);
    return {
      done,
      setMode: () => {},
      takeSnapshot: () =>
        new Promise((resolve, reject) => {
          waiting.push({ resolve, reject });
          controls.snapshot();
        }),
      cancelSnapshot: () => {},
      stop({ lastSnapshot = true } = {}) {
        if (lastSnapshot) controls.stop();
        else stop.abort();
        return done;
      },
      abandon() {
        stop.abort();
        return done;
      },
    };
  },
};
