/** Programs that a debugger debugs, and that debugger, as js-debug is one: a session of its own, and a proxy into it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import CDP from 'chrome-remote-interface';
import type { ProxyAddress } from '../../src/capture/inspector.ts';

interface Client {
  send(method: string, params?: object): Promise<never>;
  on(event: 'event', listener: (message: { method: string; params: object }) => void): void;
  on(event: 'disconnect', listener: () => void): void;
  close(): Promise<void>;
}

/** The part of the package `ws` that a relay needs. */
interface Socket {
  on(event: 'message', listener: (data: Buffer) => void): void;
  send(text: string): void;
  readonly readyState: number;
}
interface SocketServer {
  on(event: 'connection', listener: (socket: Socket) => void): void;
  close(): void;
}

/** The proxy's own words when its target is gone; it stays open itself. */
const CLOSED = { code: 0, message: 'Connection is closed' };

export interface Stop {
  type: 'paused' | 'resumed';
  reason?: string;
  /** Of the top frame, from 1. */
  line?: number;
  /** Scripts of all frames, top first; empty for a script without a name. */
  urls?: string[];
}

/** A program with a debugger that pauses at exceptions and breakpoints. */
export class Debugged {
  readonly stops: Stop[] = [];
  /** What clients of the proxy sent. */
  readonly relayed: string[] = [];
  private isGone = false;
  private readonly servers: { close(): void }[] = [];

  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
    readonly client: Client,
    private readonly printed: () => string,
  ) {
    client.on('disconnect', () => {
      this.isGone = true;
    });
    const scripts = new Map<string, string>();
    client.on('event', ({ method, params }) => {
      if (method === 'Debugger.scriptParsed') {
        const { scriptId, url } = params as { scriptId: string; url: string };
        scripts.set(scriptId, url);
      }
      if (method === 'Debugger.resumed') this.stops.push({ type: 'resumed' });
      if (method !== 'Debugger.paused') return;
      const { reason, callFrames } = params as {
        reason: string;
        callFrames: { location: { scriptId: string; lineNumber: number } }[];
      };
      const urls = callFrames.map(({ location }) => scripts.get(location.scriptId) ?? '');
      this.stops.push({ type: 'paused', reason, line: callFrames[0].location.lineNumber + 1, urls });
    });
  }

  static async start(node: string, args: string[]): Promise<Debugged> {
    const child = spawn(node, ['--inspect=127.0.0.1:0', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    let printed = '';
    child.stdout.on('data', (text) => {
      printed += text;
    });
    let said = '';
    while (!said.includes('ws://')) said += String((await once(child.stderr, 'data'))[0]);
    const url = /ws:\/\/\S+/.exec(said)![0];
    const client = (await CDP({ target: url, local: true })) as unknown as Client;
    const debugged = new Debugged(child, url, client, () => printed);
    await client.send('Runtime.enable');
    await client.send('Debugger.enable');
    await client.send('Debugger.setPauseOnExceptions', { state: 'all' });
    // As js-debug does, so that the program may end.
    await client.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true });
    client.on('event', ({ method }) => {
      if (method === 'NodeRuntime.waitingForDisconnect') client.close();
    });
    return debugged;
  }

  /** What the program has printed. */
  get output(): string {
    return this.printed();
  }

  async evaluate(expression: string): Promise<unknown> {
    const { result } = (await this.client.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      silent: true,
      includeCommandLineAPI: true,
    })) as { result: { value: unknown } };
    return result.value;
  }

  /** @param line from 1 */
  async setBreakpoint(file: RegExp, line: number): Promise<string> {
    const { breakpointId } = (await this.client.send('Debugger.setBreakpointByUrl', {
      urlRegex: file.source,
      lineNumber: line - 1,
    })) as { breakpointId: string };
    return breakpointId;
  }

  /** Waits for the next pause after `since` stops. */
  async paused(since = 0): Promise<Stop> {
    for (;;) {
      const stop = this.stops.slice(since).find(({ type }) => type === 'paused');
      if (stop) return stop;
      await sleep(5);
    }
  }

  async resume(): Promise<void> {
    await this.client.send('Debugger.resume');
  }

  /**
   * A proxy into the debugger's session as js-debug opens it: commands are passed on, events that were subscribed
   * to come back, nothing is replayed.
   */
  async proxy(): Promise<ProxyAddress> {
    const require = createRequire(createRequire(import.meta.url).resolve('chrome-remote-interface'));
    const { Server } = require('ws') as { Server: new (options: object) => SocketServer };
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const path = '/secret';
    const server = new Server({ server: http, path, perMessageDeflate: true });
    this.servers.push(server, { close: () => http.close() });
    server.on('connection', (socket) => this.relay(socket));
    return { host: '127.0.0.1', port: (http.address() as AddressInfo).port, path };
  }

  private relay(socket: Socket): void {
    const subscribed: string[] = [];
    const gone = new Promise<never>((_, reject) => {
      this.client.on('disconnect', () => reject(new Error('gone')));
    });
    gone.catch(() => {});
    const answer = (message: object): void => {
      if (socket.readyState === 1) socket.send(JSON.stringify(message));
    };
    this.client.on('event', ({ method, params }) => {
      const wanted = subscribed.some((name) =>
        name.endsWith('*') ? method.startsWith(name.slice(0, -1)) : method === name,
      );
      if (wanted) answer({ method, params });
    });
    socket.on('message', async (data) => {
      const { id, method, params } = JSON.parse(data.toString());
      this.relayed.push(method);
      if (method === 'JsDebug.subscribe') {
        subscribed.push(...params.events);
        answer({ id, result: {} });
        return;
      }
      try {
        answer({ id, result: await Promise.race([this.client.send(method, params), gone]) });
      } catch (error) {
        const { response, message } = error as Error & { response?: object };
        answer({ id, error: this.isGone ? CLOSED : (response ?? { code: 0, message }) });
      }
    });
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    for (const server of this.servers) server.close();
    const ended = this.child.exitCode === null && this.child.signalCode === null && once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    await this.client.close().catch(() => {});
  }
}
