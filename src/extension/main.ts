/** Entry of the extension: makes the parts and wires them. Nothing is started here; see targets-view.ts and recorder.ts. */
import { commands, type ExtensionContext, l10n, window } from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import type { Findings } from '../protocol/findings.ts';
import type { RecordingInfo } from '../protocol/server.ts';
import { registerCommands } from './commands/register.ts';
import { ContextKeys } from './context-keys.ts';
import type { Deps, Panels } from './deps.ts';
import { watchEndings } from './endings.ts';
import { type Gutter, registerGutter } from './gutter/gutter.ts';
import { Launches } from './launches.ts';
import { Model } from './model.ts';
import { Recorder } from './recorder.ts';
import { ServerProcess } from './server-process.ts';
import { Sessions } from './sessions.ts';
import { gutterEnabled, onDidChangeGutter } from './settings.ts';
import { registerSources } from './sources.ts';
import { TargetsView } from './targets-view.ts';

let server: ServerProcess | undefined;

export function activate(context: ExtensionContext): void {
  const began = performance.now();
  const own = context.subscriptions;
  const log = window.createOutputChannel('Heapline', { log: true });
  const model = new Model();
  server = new ServerProcess(log);
  own.push(log, model, server);
  const deps: Deps = { context, server, model, log };
  listen(deps);

  const sessions = new Sessions(deps);
  const launches = new Launches(context);
  const recorder = new Recorder(deps, sessions, launches);
  own.push(sessions, recorder);

  // Panels, custom editors, marks.
  const panels: Panels = {
    async showReport() {},
    async showDiff() {},
  };
  const sources = registerSources({ sessions: () => sessions.live() });
  const { openSite } = sources;
  const gutter = registerGutter({
    extensionUri: context.extensionUri,
    enabled: gutterEnabled,
    onDidChangeEnabled: onDidChangeGutter,
    openSite,
    showReport: (dir) => panels.showReport(dir),
    verifyFix: (dir, findingId) => commands.executeCommand('heapline.verifyFix', dir, findingId),
  });
  own.push(sources, gutter, markFindings(model, gutter));

  own.push(
    ...registerCommands({
      ...deps,
      sessions,
      recorder,
      launches,
      panels,
      openSite,
      clearMarks: () => gutter.clear(),
    }),
    watchEndings(deps, panels, openSite),
    new ContextKeys(model, (dir) => launches.of(dir) !== undefined),
    new TargetsView(deps, sessions, recorder),
  );
  log.trace(`Activated in ${(performance.now() - began).toFixed(1)} ms.`);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** What the server tells of its own accord. */
function listen({ context, server, model, log }: Deps): void {
  context.subscriptions.push(
    server.on('heapline/targetChanged', (info) => model.setTarget(info)),
    server.on('heapline/reading', ({ target, reading }) => model.addReading(target, reading)),
    server.on('heapline/recordingChanged', (info) => model.setRecording(info)),
    server.on('heapline/note', ({ level, message }) => {
      log[level === 'warning' ? 'warn' : level](message);
      if (level !== 'error') return;
      const showLog = l10n.t('Show Log');
      void window.showErrorMessage(message, showLog).then((answer) => answer === showLog && log.show());
    }),
  );
}

/** Marks are those of the newest verdict on each program: one that was mended and recorded again has lost its own. */
function markFindings(model: Model, gutter: Gutter): Disposable {
  const shown = new Map<string, Findings>();
  return model.onDidChange(() => {
    const newest = new Map<string, RecordingInfo>();
    for (const recording of model.recordings)
      if (recording.findings && !newest.has(recording.title)) newest.set(recording.title, recording);
    const wanted = new Map([...newest.values()].map((recording) => [recording.dir, recording]));
    for (const dir of shown.keys()) {
      if (wanted.has(dir)) continue;
      shown.delete(dir);
      gutter.clear(dir);
    }
    for (const [dir, { findings, sources, final }] of wanted) {
      if (!findings || shown.get(dir) === findings) continue;
      shown.set(dir, findings);
      gutter.show(dir, findings, sources, final);
    }
  });
}
