import { setTimeout as sleep } from 'node:timers/promises';
import type { Disposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import { reachInspector } from '../capture/attach.ts';
import { Inspector } from '../capture/inspector.ts';
import { type MemoryReading as Memory, readIdentity, readMemory } from '../capture/light.ts';
import { reachDirectly } from '../capture/reach.ts';
import type { MemoryReading, TargetInfo, TargetSpec } from '../protocol/server.ts';
import type { KeptTarget } from './kept-target.ts';

export interface TargetListener {
  changed(info: TargetInfo): void;
  reading(target: string, reading: MemoryReading): void;
}

export interface Reached {
  inspector: Inspector;
  via: 'inspector' | 'proxy';
  /** Closes what is not used for anything else. */
  release(): void;
}

const READ_EVERY_MS = 1000;
/** A debugger's proxy may refuse while its session begins. */
const PATIENCE_MS = 5000;
const RETRY_MS = 250;

/** One process (or worker, or page) that the editor knows: its connection while nothing is recorded, and its memory. */
export class Target implements Disposable {
  private spec: TargetSpec;
  private facts: Pick<TargetInfo, 'state' | 'pid' | 'runtime' | 'failure'> = { state: 'connecting' };
  private recorded?: { dir: string; via: Reached['via'] };
  private inspector?: Inspector;
  /** Of those to connect: what belongs to an earlier one is dropped. */
  private attempt = 0;
  private connecting?: Promise<void>;
  private timer?: NodeJS.Timeout;
  private reading = false;
  private lastReading = 0;
  private readonly disposed = new AbortController();
  /** As it is left by its last recording. */
  private kept?: KeptTarget;

  constructor(
    spec: TargetSpec,
    private readonly listener: TargetListener,
  ) {
    this.spec = spec;
    this.connect();
  }

  get info(): TargetInfo {
    const { spec, facts, recorded } = this;
    const idle = spec.proxy ? 'proxy' : 'inspector';
    const via = recorded?.via ?? (facts.state === 'live' ? idle : undefined);
    return { spec, ...facts, via, recording: recorded?.dir };
  }

  /** Takes a newer description over. One that could not be reached is tried again, as is one at another address. */
  update(spec: TargetSpec): void {
    const moved = addressOf(spec) !== addressOf(this.spec);
    this.spec = spec;
    if (!this.recorded && (moved || (this.facts.state !== 'live' && this.facts.state !== 'connecting'))) {
      this.hangUp();
      this.connect();
    }
    this.changed();
  }

  /** Waits until it answered. @throws HeaplineError `target-gone` or `connect-failed` */
  async ready(): Promise<void> {
    while (this.facts.state === 'connecting') await this.connecting;
    const { state, failure } = this.facts;
    if (state === 'live') return;
    throw new HeaplineError(
      state === 'failed' ? 'connect-failed' : 'target-gone',
      failure ?? `${this.spec.name} has ended.`,
    );
  }

  /** The connection for a recording: straight to the inspector where that can be reached, else this one. */
  async reach(): Promise<Reached> {
    await this.ready();
    // It resets the ids of objects when it goes: not amid a recording.
    await this.kept?.letGo();
    const inspector = this.inspector;
    if (!inspector) throw new HeaplineError('target-gone', `${this.spec.name} has ended.`);
    if (!inspector.shared) return { inspector, via: 'inspector', release: () => {} };
    const direct = await reachDirectly(inspector);
    if (!direct) return { inspector, via: 'proxy', release: () => {} };
    return { inspector: direct, via: 'inspector', release: () => void direct.close() };
  }

  /** From now on its memory is read by the recording; undefined: by us again. */
  recordedAs(recorded: { dir: string; via: Reached['via'] } | undefined): void {
    this.recorded = recorded;
    if (recorded) clearTimeout(this.timer);
    else if (this.disposed.signal.aborted) this.hangUp();
    else this.readLater();
    this.changed();
  }

  /** Passes on what was read, at most once in a second. @param at milliseconds since the epoch */
  tell(memory: Memory, at = Date.now()): void {
    if (at - this.lastReading < READ_EVERY_MS / 2) return;
    this.lastReading = at;
    const { heapUsed, heapTotal, external, rss } = memory;
    // A page does not know its process.
    this.listener.reading(this.spec.id, { at, heapUsed, heapTotal, external, rss: rss || undefined });
  }

  /** Its recording is over, and what was found may be watched. Until the next one, or until it is let go. */
  keep(kept: KeptTarget): void {
    this.kept = kept;
    if (this.disposed.signal.aborted) void kept.letGo();
  }

  dispose(): void {
    this.disposed.abort();
    void this.kept?.letGo();
    // A recording goes on until it has its last snapshot.
    if (!this.recorded) this.hangUp();
    this.facts = { ...this.facts, state: 'gone' };
  }

  private connect(): void {
    const attempt = ++this.attempt;
    this.facts = { state: 'connecting' };
    this.connecting = this.hello(attempt).catch((error: Error) => {
      if (attempt !== this.attempt) return;
      this.hangUp();
      const gone = HeaplineError.is(error, 'target-gone');
      const failure = HeaplineError.is(error) ? error.toLine() : error.message;
      this.facts = { ...this.facts, state: gone ? 'gone' : 'failed', failure };
      this.changed();
    });
  }

  private async hello(attempt: number): Promise<void> {
    const inspector = await this.connection();
    if (attempt !== this.attempt) return void inspector.close();
    this.inspector = inspector;
    const { pid, version } = await readIdentity(inspector);
    if (attempt !== this.attempt) return;
    this.facts = { state: 'live', pid, runtime: version && `Node.js ${version.replace(/^v/, '')}` };
    this.changed();
    void inspector.closed.then(() => {
      if (this.inspector === inspector) this.lost();
    });
    void this.read();
  }

  private async connection(): Promise<Inspector> {
    const { proxy, inspector } = this.spec;
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        if (proxy) return await Inspector.connectProxy(proxy);
        if (inspector) return await reachInspector(inspector);
      } catch (error) {
        if (!HeaplineError.is(error, 'connect-failed') || Date.now() > until) throw error;
        await sleep(RETRY_MS, undefined, { signal: this.disposed.signal });
        continue;
      }
      throw new HeaplineError(
        'connect-failed',
        `There is no way to ${this.spec.name}: its address is unknown.`,
      );
    }
  }

  private lost(): void {
    this.hangUp();
    this.facts = { ...this.facts, state: 'gone' };
    this.changed();
  }

  private hangUp(): void {
    clearTimeout(this.timer);
    this.attempt++;
    const { inspector } = this;
    this.inspector = undefined;
    void inspector?.close();
  }

  private readLater(): void {
    clearTimeout(this.timer);
    if (!this.inspector || this.recorded || this.reading) return;
    this.timer = setTimeout(() => void this.read(), READ_EVERY_MS).unref();
  }

  /** The next reading is asked for after this one was answered: they never pile up. */
  private async read(): Promise<void> {
    const { inspector } = this;
    if (!inspector || this.recorded || this.reading) return;
    this.reading = true;
    try {
      const memory = await readMemory(inspector);
      if (this.inspector === inspector && !this.recorded) this.tell(memory);
    } catch {
      // Its end shows by itself; anything else is asked again.
    } finally {
      this.reading = false;
      this.readLater();
    }
  }

  private changed(): void {
    if (!this.disposed.signal.aborted) this.listener.changed(this.info);
  }
}

function addressOf({ proxy, inspector }: TargetSpec): string {
  return JSON.stringify([proxy?.host, proxy?.port, proxy?.path, inspector]);
}
