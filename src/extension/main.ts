/** Entry of the extension: makes the parts and wires them. Nothing is started here; see targets-view.ts and recorder.ts. */
import { commands, type ExtensionContext, l10n, window } from 'vscode';
import { watchBudgets } from './budget-messages.ts';
import { registerCommands } from './commands/register.ts';
import { ContextKeys } from './context-keys.ts';
import type { Deps } from './deps.ts';
import { registerEditors } from './editors.ts';
import { watchEndings } from './endings.ts';
import { registerGutter } from './gutter/gutter.ts';
import { watchIgnoreFiles } from './ignore-files.ts';
import { Launches } from './launches.ts';
import { learning } from './learning-server.ts';
import { markFindings } from './marking.ts';
import { Model } from './model.ts';
import { registerPanels } from './panels/panels.ts';
import { Recorder } from './recorder.ts';
import { openRule } from './rule-pages.ts';
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

  const sources = registerSources({ sessions: () => sessions.live() });
  const pageDeps = {
    server: learning(server, model),
    extensionUri: context.extensionUri,
    isLive: (dir: string) => (model.recording(dir)?.state ?? 'ended') !== 'ended',
    openSite: sources.openSite,
  };
  const panels = registerPanels(pageDeps);
  const gutter = registerGutter({
    extensionUri: context.extensionUri,
    enabled: gutterEnabled,
    onDidChangeEnabled: onDidChangeGutter,
    openSite: sources.openSite,
    showReport: (dir) => panels.showReport(dir),
    canVerify: (dir) => launches.of(dir) !== undefined,
    verifyFix: (dir, finding) => commands.executeCommand('heapline.verify', { dir }, finding),
    ignore: (dir, finding) => commands.executeCommand('heapline.ignore', { dir }, finding),
    openRule: (rule) => openRule(context.extensionUri, rule),
  });
  const commandContext = { ...deps, sessions, recorder, launches, panels, openSite: sources.openSite };
  own.push(
    sources,
    panels,
    registerEditors(pageDeps),
    gutter,
    markFindings(model, gutter),
    watchIgnoreFiles(deps),
    watchBudgets(model),
    ...registerCommands({ ...commandContext, clearMarks: () => gutter.clear() }),
    watchEndings(deps, panels, sources.openSite),
    new ContextKeys(model, sessions, (dir) => launches.of(dir) !== undefined),
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
