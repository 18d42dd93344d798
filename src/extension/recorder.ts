/**
 * Starts and ends recordings: on the user's word, when a session asks for it, when one that was recorded is started
 * again, and when the server had to be.
 */
import {
  type DebugSession,
  type LogOutputChannel,
  l10n,
  Uri,
  type Disposable as VsDisposable,
  window,
  workspace,
} from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import type { RecordingInfo, RecordingOptions } from '../protocol/server.ts';
import { isProgram, rootOf, withoutPid } from './debug-sessions.ts';
import type { Deps } from './deps.ts';
import type { Launches } from './launches.ts';
import { showError, withProgress } from './progress.ts';
import { outdated, type WantedRecording, wantedRecording } from './recording-options.ts';
import type { Server } from './server.ts';
import type { Sessions } from './sessions.ts';
import { ownFolder, recordingsFolder, writtenOptions } from './settings.ts';

/** A program that was being recorded when its process ended: it is recorded again when its session starts it again. */
interface Armed {
  /** Its name without the process id. */
  name: string;
  /** When the whole session ended, epoch ms: a restart has the same session again within seconds. */
  endedAt?: number;
}

const RESTART_MS = 15_000;
/** So many recordings stay in the folder that is ours: nobody else ever clears it. Folders of the user's keep all. */
const KEPT = 10;

export class Recorder implements VsDisposable {
  private readonly store = new DisposableStore();
  private readonly deps: Deps;
  private readonly server: Server;
  private readonly log: LogOutputChannel;
  private readonly sessions: Sessions;
  private readonly launches: Launches;
  /** Sessions whose recording goes on by itself until the user stops it. */
  private readonly recorded = new Map<string, DebugSession>();
  private readonly armed = new Map<string, Armed>();

  constructor(deps: Deps, sessions: Sessions, launches: Launches) {
    this.launches = launches;
    this.deps = deps;
    this.server = deps.server;
    this.log = deps.log;
    this.sessions = sessions;
    const { store, server } = this;
    store.add(sessions.onDidStartTarget((session) => this.targetStarted(session)));
    store.add(sessions.onDidEnd((session) => this.sessionEnded(session)));
    store.add(server.onDidRestart(() => this.serverRestarted()));
  }

  /** Begins a recording of a target, or makes its manual one automatic. */
  async start(target: string): Promise<RecordingInfo> {
    return withProgress(l10n.t('Starting the recording'), async (options) => {
      await this.sessions.open(target);
      const info = await this.server.request(
        'heapline/startRecording',
        { target, folder: await this.folder(), options: this.options(target, 'automatic') },
        options,
      );
      this.deps.model.setRecording(info);
      this.tidyQuietly();
      const session = this.sessions.session(target);
      if (session) {
        this.recorded.set(target, session);
        await this.launches.remember(info.dir, session);
      }
      return info;
    });
  }

  /** Ends a recording with a last snapshot; settles when its verdict is there. */
  async stop(dir: string): Promise<RecordingInfo> {
    const target = this.deps.model.recording(dir)?.target;
    if (target) this.recorded.delete(target);
    const info = await withProgress(l10n.t('Ending the recording'), (options) =>
      this.server.request('heapline/stopRecording', { dir }, options),
    );
    this.deps.model.setRecording(info);
    return info;
  }

  async takeSnapshot(target: string): Promise<{ recording: RecordingInfo; snapshot: SnapshotEntry }> {
    return withProgress(l10n.t('Taking a heap snapshot'), async (options) => {
      await this.sessions.open(target);
      const taken = await this.server.request(
        'heapline/takeSnapshot',
        { target, folder: await this.folder(), options: this.options(target, 'manual') },
        options,
      );
      this.deps.model.setRecording(taken.recording);
      this.tidyQuietly();
      return taken;
    });
  }

  /** Reads the recordings of the folder anew. */
  async refresh(): Promise<void> {
    const { fsPath } = recordingsFolder(this.deps.context);
    this.deps.model.setRecordings(await this.server.request('heapline/listRecordings', { folder: fsPath }));
  }

  /** Whether the folder holds recordings: that can be told without the server. */
  async lookAtDisk(): Promise<void> {
    const entries = await workspace.fs.readDirectory(recordingsFolder(this.deps.context)).then(
      (list) => list,
      () => [],
    );
    this.deps.model.setOnDisk(entries.some(([name]) => name.endsWith('.heapline')));
  }

  dispose(): void {
    this.store.dispose();
  }

  /** What settings and the launch configuration want. */
  wanted(session: DebugSession | undefined): WantedRecording {
    const root = session && (rootOf(session) as DebugSession);
    const wanted = wantedRecording(
      writtenOptions(root?.workspaceFolder?.uri),
      // A child's configuration is js-debug's own: ours stands in that of the session which the user started.
      root?.configuration.heapline,
    );
    for (const name of wanted.bad)
      this.log.warn(l10n.t('The value of "heapline.{0}" can\'t be read and is left out.', name));
    return wanted;
  }

  private options(target: string, mode: RecordingOptions['mode']): RecordingOptions {
    const session = this.sessions.session(target);
    const { options } = this.wanted(session);
    const root = session && (rootOf(session) as DebugSession);
    const folder = root?.workspaceFolder?.uri ?? workspace.workspaceFolders?.[0]?.uri;
    const budgets = {
      written: {},
      ...options.budgets,
      // A file of an untrusted workspace has no say.
      ...(folder?.scheme === 'file' && workspace.isTrusted ? { folder: folder.fsPath } : {}),
    };
    return { mode, ...options, budgets };
  }

  private async folder(): Promise<string> {
    const folder = recordingsFolder(this.deps.context);
    await workspace.fs.createDirectory(folder);
    return folder.fsPath;
  }

  private tidyQuietly(): void {
    this.tidy().catch((error) => this.log.warn(`Clearing old recordings: ${error}`));
  }

  private async tidy(): Promise<void> {
    const folder = recordingsFolder(this.deps.context);
    if (folder.toString() !== ownFolder(this.deps.context).toString()) return;
    const { model } = this.deps;
    const names = (await workspace.fs.readDirectory(folder)).map(([name]) => name);
    for (const name of outdated(names, KEPT)) {
      const dir = Uri.joinPath(folder, name).fsPath;
      if ((model.recording(dir)?.state ?? 'ended') !== 'ended') continue;
      await this.server.request('heapline/deleteRecording', { dir });
      model.removeRecording(dir);
      this.log.info(`Deleted, as ${KEPT} newer ones are kept: ${name}`);
    }
  }

  private targetStarted(session: DebugSession): void {
    if (!workspace.isTrusted) return;
    const root = rootOf(session);
    const armed = this.armed.get(root.id);
    const again =
      armed !== undefined &&
      armed.name === withoutPid(session.name) &&
      (armed.endedAt === undefined || Date.now() - armed.endedAt < RESTART_MS);
    if (again) this.armed.delete(root.id);
    if (!again && !(isProgram(session) && this.wanted(session).autoRecord)) return;
    this.start(session.id).catch((error) => showError(error, this.log));
  }

  private sessionEnded(session: DebugSession): void {
    const root = rootOf(session);
    if (this.recorded.delete(session.id) && root.type !== 'node-terminal')
      this.armed.set(root.id, { name: withoutPid(session.name) });
    const armed = this.armed.get(session.id);
    if (armed) armed.endedAt = Date.now();
    for (const [id, { endedAt }] of this.armed)
      if (endedAt !== undefined && Date.now() - endedAt > RESTART_MS) this.armed.delete(id);
  }

  /** What was under way ended with what it had, and goes on in a new recording. */
  private async serverRestarted(): Promise<void> {
    const { model } = this.deps;
    const cut = model.forgetServer();
    this.sessions.reopen();
    try {
      await this.refresh();
      const goOn = cut.filter((recording) => recording.target && this.recorded.has(recording.target));
      for (const { target } of goOn) await this.start(target!);
      this.tellOfRestart(cut, goOn.length > 0);
    } catch (error) {
      showError(error, this.log);
    }
  }

  private async tellOfRestart(cut: readonly RecordingInfo[], goesOn: boolean): Promise<void> {
    if (!cut.length) return;
    const kept = cut.map(({ dir, name }) => {
      const count = this.deps.model.recording(dir)?.snapshots.length ?? 0;
      return l10n.t('{0} (snapshots kept: {1})', name, count);
    });
    const showLog = l10n.t('Show Log');
    const text = goesOn
      ? l10n.t(
          'The Heapline server ended unexpectedly and runs again. What was recorded is kept: {0}. Recording goes on in a new recording.',
          kept.join(', '),
        )
      : l10n.t(
          'The Heapline server ended unexpectedly and runs again. What was recorded is kept: {0}.',
          kept.join(', '),
        );
    if ((await window.showWarningMessage(text, showLog)) === showLog) this.log.show();
  }
}
