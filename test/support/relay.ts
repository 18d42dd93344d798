/** A proxy into the session of a debugger, as js-debug opens it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { ProxyAddress } from '../../src/capture/inspector.ts';

/** The part of chrome-remote-interface that is needed. */
export interface Client {
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

export class Relay {
  /** What clients of the proxy sent. */
  readonly relayed: string[] = [];
  private isGone = false;
  private readonly servers: { close(): void }[] = [];

  constructor(private readonly client: Client) {
    client.on('disconnect', () => {
      this.isGone = true;
    });
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

  close(): void {
    for (const server of this.servers) server.close();
  }
}
