/** The server's logic without a connection: what it tells is kept, and can be waited for. */
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineClient } from '../../../src/engine/client.ts';
import type {
  RecordingInfo,
  ServerNotifications,
  ServerRequests,
  TargetInfo,
  TargetSpec,
} from '../../../src/protocol/server.ts';
import type { Asked } from '../../../src/server/asked.ts';
import { Service } from '../../../src/server/service.ts';
import { type Program, Programs } from '../../support/programs.ts';

const DIST = new URL('../../../dist/', import.meta.url);

export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'heapline-service-'));
  readonly programs = new Programs();
  /** Engines that were started. */
  engines = 0;
  readonly told: { method: keyof ServerNotifications; params: unknown }[] = [];
  readonly service: Service;
  private readonly heard = new EventEmitter();

  constructor() {
    this.heard.setMaxListeners(100);
    this.service = new Service({
      version: '0.0.0',
      dist: DIST,
      createEngine: () => {
        this.engines++;
        return new EngineClient(new URL('engine-worker.js', DIST));
      },
      notify: (method, params) => {
        this.told.push({ method, params: structuredClone(params) });
        this.heard.emit('told');
      },
    });
  }

  async ask<K extends keyof ServerRequests>(
    method: K,
    params: ServerRequests[K]['params'],
    asked: Asked = {},
  ): Promise<ServerRequests[K]['result']> {
    return this.service.answers[method](params, asked);
  }

  /** The first thing told since `from` that is `wanted`. */
  async hear<K extends keyof ServerNotifications>(
    method: K,
    wanted: (params: ServerNotifications[K]) => boolean = () => true,
    from = 0,
  ): Promise<ServerNotifications[K]> {
    for (;;) {
      const found = this.told
        .slice(from)
        .find((told) => told.method === method && wanted(told.params as ServerNotifications[K]));
      if (found) return found.params as ServerNotifications[K];
      await once(this.heard, 'told');
    }
  }

  /** All that was told of one kind. */
  all<K extends keyof ServerNotifications>(method: K): ServerNotifications[K][] {
    return this.told.flatMap((told) =>
      told.method === method ? [told.params as ServerNotifications[K]] : [],
    );
  }

  /** Opens a target and waits until it is `state`. */
  async open(spec: TargetSpec, state: TargetInfo['state'] = 'live'): Promise<TargetInfo> {
    const from = this.told.length;
    const info = await this.ask('heapline/openTarget', spec);
    if (info.state === state) return info;
    return this.hear(
      'heapline/targetChanged',
      (told) => told.spec.id === spec.id && told.state === state,
      from,
    );
  }

  /** Starts a program and opens it as a target, by its name. */
  async program(name: string, source: string, node?: string): Promise<Program> {
    const program = await this.programs.start(name, source, node);
    await this.open(specOf(name, program));
    return program;
  }

  start(target: string, mode: 'automatic' | 'manual' = 'manual'): Promise<RecordingInfo> {
    return this.ask('heapline/startRecording', { target, folder: this.folder, options: { mode } });
  }

  snapshot(target: string, asked?: Asked): Promise<ServerRequests['heapline/takeSnapshot']['result']> {
    const params = { target, folder: this.folder, options: { mode: 'manual' as const } };
    return this.ask('heapline/takeSnapshot', params, asked);
  }

  /** As many snapshots by hand, with some turns of the program before each. */
  async snapshots(target: string, program: Program, count: number): Promise<RecordingInfo> {
    for (let i = 1; ; i++) {
      await program.turns(2);
      const { recording } = await this.snapshot(target);
      if (i === count) return recording;
    }
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.programs.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function specOf(id: string, { inspector }: Program): TargetSpec {
  return { id, name: id, kind: 'node', inspector };
}
