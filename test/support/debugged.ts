/** Programs that a debugger debugs, and that debugger, as js-debug is one: a session of its own, and a proxy into it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import CDP from 'chrome-remote-interface';
import type { ProxyAddress } from '../../src/capture/inspector.ts';
import { type Client, Relay } from './relay.ts';

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
  private readonly relay: Relay;

  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
    readonly client: Client,
    private readonly printed: () => string,
  ) {
    const scripts = new Map<string, string>();
    this.relay = new Relay(client);
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

  /** What clients of the proxy sent. */
  get relayed(): readonly string[] {
    return this.relay.relayed;
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

  /** A proxy into the debugger's session as js-debug opens it. */
  proxy(): Promise<ProxyAddress> {
    return this.relay.proxy();
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    this.relay.close();
    const ended = this.child.exitCode === null && this.child.signalCode === null && once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    await this.client.close().catch(() => {});
  }
}
