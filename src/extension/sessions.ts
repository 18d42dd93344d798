/**
 * The debug sessions of js-debug as targets. Nobody is connected to until somebody looks (`watch`) or wants one
 * (`open`): debugging costs nothing then.
 */
import {
  commands,
  type DebugAdapterTracker,
  type DebugSession,
  debug,
  EventEmitter,
  type LogOutputChannel,
  l10n,
  type Disposable as VsDisposable,
} from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import type { TargetInfo, TargetSpec } from '../protocol/server.ts';
import { isJsDebug, isTarget, JS_DEBUG, kindOf, ownName, rootOf, servedOf } from './debug-sessions.ts';
import type { Deps } from './deps.ts';
import type { Model } from './model.ts';
import { PendingPause } from './pending-pause.ts';
import type { Server } from './server.ts';

type Proxy = NonNullable<TargetSpec['proxy']>;

/** js-debug knows a session only a moment after it began: ask so long, so often, in milliseconds. */
const PROXY_WAIT_MS = 10_000;
const PROXY_EVERY_MS = 200;
/** Requests of the debug adapter protocol. */
const ENDS: ReadonlySet<string> = new Set(['disconnect', 'terminate', 'restart']);

export class Sessions implements VsDisposable {
  private readonly store = new DisposableStore();
  private readonly running = new Map<string, DebugSession>();
  /** What was asked of the server already. */
  private readonly opened = new Map<string, Promise<TargetInfo>>();
  private readonly pauses = new Map<string, PendingPause>();
  private readonly starts = new EventEmitter<DebugSession>();
  private readonly ends = new EventEmitter<DebugSession>();
  private readonly model: Model;
  private readonly server: Server;
  private readonly log: LogOutputChannel;
  private watching = false;

  /** A target's session began. */
  readonly onDidStartTarget = this.starts.event;
  /** A session of js-debug ended, target or not. */
  readonly onDidEnd = this.ends.event;

  constructor({ model, server, log }: Deps) {
    this.model = model;
    this.server = server;
    this.log = log;
    const { store } = this;
    store.add(this.starts);
    store.add(this.ends);
    store.add(debug.onDidStartDebugSession((session) => this.started(session)));
    store.add(debug.onDidTerminateDebugSession((session) => this.ended(session)));
    for (const type of JS_DEBUG)
      store.add(
        debug.registerDebugAdapterTrackerFactory(type, {
          createDebugAdapterTracker: (one) => this.track(one),
        }),
      );
    // Begun before we were there: the only one that can be known.
    if (debug.activeDebugSession) this.started(debug.activeDebugSession);
  }

  /** The target in focus: the active session, or the first one that it started. */
  get focused(): string | undefined {
    const active = debug.activeDebugSession?.id;
    if (active === undefined || this.running.has(active)) return active;
    return this.live().find((session) => rootOf(session).id === active)?.id;
  }

  session(id: string): DebugSession | undefined {
    return this.running.get(id);
  }

  /** Those that run, in the order in which they began. */
  live(): DebugSession[] {
    return [...this.running.values()];
  }

  /** Somebody looks at the targets: all are connected to, and those to come. */
  watch(): void {
    this.watching = true;
    for (const id of this.running.keys()) this.openQuietly(id);
  }

  /**
   * Connects the server to a target; once only.
   * @throws HeaplineError `connect-failed` when js-debug gives no address for it, or what the server says
   */
  open(id: string): Promise<TargetInfo> {
    const known = this.opened.get(id);
    if (known) return known;
    const opening = this.connect(id);
    this.opened.set(id, opening);
    opening.catch(() => {
      if (this.opened.get(id) === opening) this.opened.delete(id);
    });
    return opening;
  }

  /** Adds a process without a debugger, by its inspector's `HOST:PORT`. @param name what a person calls it */
  async attach(address: string, name = address): Promise<TargetInfo> {
    const id = `inspector:${address}`;
    this.model.addTarget({ id, name, kind: 'node', inspector: address });
    try {
      return await this.open(id);
    } catch (error) {
      this.model.removeTarget(id);
      throw error;
    }
  }

  /** Lets go of a process that was attached to. */
  async detach(id: string): Promise<void> {
    this.opened.delete(id);
    await this.server.request('heapline/closeTarget', { id });
    this.model.removeTarget(id);
  }

  /** The server died: it is told again of what it looked at. */
  reopen(): void {
    const ids = [...this.opened.keys()];
    this.opened.clear();
    for (const id of ids) if (this.model.target(id)) this.openQuietly(id);
  }

  dispose(): void {
    for (const pause of this.pauses.values()) pause.dispose();
    this.store.dispose();
  }

  private started(session: DebugSession): void {
    if (!isTarget(session) || this.running.has(session.id)) return;
    this.running.set(session.id, session);
    const parent = session.parentSession && this.running.has(session.parentSession.id);
    this.model.addTarget({
      id: session.id,
      name: ownName(session.name),
      kind: kindOf(session),
      served: servedOf(session),
      ...(parent && { parent: session.parentSession?.id }),
    });
    this.log.debug(`Target: ${session.name} (${session.type}, ${session.id})`);
    this.starts.fire(session);
    if (this.watching) this.openQuietly(session.id);
  }

  /** The editor asks for the end of a session only when its user does, or after it has ended. */
  private track(session: DebugSession): DebugAdapterTracker {
    let isOver = false;
    const pause = this.pauseOf(session);
    return {
      onDidSendMessage: (message) => {
        if (message.type === 'event' && message.event === 'terminated') isOver = true;
        pause.told(message);
      },
      onWillReceiveMessage: (message) => {
        pause.asked(message);
        if (isOver || !ENDS.has(message.command)) return;
        for (const one of this.running.values())
          if (rootOf(one).id === rootOf(session).id) this.model.noteStop(one.id);
      },
    };
  }

  private pauseOf(session: DebugSession): PendingPause {
    const pause = new PendingPause({
      isOurs: () => this.opened.has(session.id),
      repeat: (threadId) => {
        this.log.debug(`Pause of ${session.name} came to nothing: asked again.`);
        session
          .customRequest('pause', { threadId })
          .then(undefined, (error) => this.log.debug(`Pausing ${session.name}: ${error}`));
      },
    });
    this.pauses.get(session.id)?.dispose();
    this.pauses.set(session.id, pause);
    return pause;
  }

  private ended(session: DebugSession): void {
    if (!isJsDebug(session)) return;
    this.pauses.get(session.id)?.dispose();
    this.pauses.delete(session.id);
    this.running.delete(session.id);
    this.model.removeTarget(session.id);
    const asked = this.opened.delete(session.id);
    if (asked)
      this.server
        .request('heapline/closeTarget', { id: session.id })
        .catch((error) => this.log.debug(`Closing ${session.name}: ${error}`));
    this.ends.fire(session);
  }

  private openQuietly(id: string): void {
    this.open(id).catch((error) => {
      const target = this.model.target(id);
      if (!target) return;
      this.log.warn(`${target.spec.name}: ${error}`);
      this.model.setTarget({ spec: target.spec, state: 'failed', failure: error.message });
    });
  }

  private async connect(id: string): Promise<TargetInfo> {
    const target = this.model.target(id);
    if (!target) throw new HeaplineError('target-gone', l10n.t('The process has ended.'));
    const { spec } = target;
    this.model.setTarget({ spec, state: 'connecting' });
    const full: TargetSpec = spec.inspector ? spec : { ...spec, proxy: await this.proxyOf(id) };
    if (this.model.target(id)) this.model.addTarget(full);
    const info = await this.server.request('heapline/openTarget', full);
    this.model.setTarget(info);
    return info;
  }

  private async proxyOf(id: string): Promise<Proxy> {
    const until = Date.now() + PROXY_WAIT_MS;
    for (;;) {
      if (!this.running.has(id)) throw new HeaplineError('target-gone', l10n.t('The process has ended.'));
      const answer = await this.askForProxy(id);
      if (answer) return answer;
      if (Date.now() > until)
        throw new HeaplineError(
          'connect-failed',
          l10n.t('The JavaScript debugger gives no way to this process: it may run without debugging.'),
          { hint: l10n.t('Start it with F5 instead of Ctrl+F5.') },
        );
      await new Promise((resolve) => setTimeout(resolve, PROXY_EVERY_MS));
    }
  }

  private async askForProxy(id: string): Promise<Proxy | undefined> {
    try {
      const answer = await commands.executeCommand<Proxy | undefined>(
        'extension.js-debug.requestCDPProxy',
        id,
      );
      return answer?.port ? answer : undefined;
    } catch (error) {
      // js-debug rejects while the session has no connection yet.
      this.log.trace(`requestCDPProxy: ${error}`);
      return undefined;
    }
  }
}
