/** Marks and sources alone, told what to show by files of the folder: .show.json and .open.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { registerGutter } from '../../../src/extension/gutter/gutter.ts';
import { registerSources } from '../../../src/extension/sources.ts';

export function activate(context) {
  const own = context.subscriptions;
  const sessions = new Set();
  own.push(
    vscode.debug.onDidStartDebugSession((session) => sessions.add(session)),
    vscode.debug.onDidTerminateDebugSession((session) => sessions.delete(session)),
  );
  const sources = registerSources({ sessions: () => [...sessions] });
  const switched = new vscode.EventEmitter();
  let on = true;
  const gutter = registerGutter({
    extensionUri: context.extensionUri,
    enabled: () => on,
    onDidChangeEnabled: switched.event,
    openSite: sources.openSite,
    showReport: (dir, id) => vscode.window.showInformationMessage(`Report ${dir} ${id}`),
  });
  own.push(sources, switched, gutter);

  const read = (name) =>
    JSON.parse(readFileSync(join(vscode.workspace.workspaceFolders[0].uri.fsPath, name), 'utf8'));
  const command = (name, run) => own.push(vscode.commands.registerCommand(`marks.${name}`, run));
  command('show', () => {
    const { dir, findings, sources: excerpts, final } = read('.show.json');
    gutter.show(dir, findings, excerpts, final);
  });
  command('clear', () => gutter.clear());
  command('switch', () => {
    on = !on;
    switched.fire();
  });
  command('open', async () => {
    const { site, options } = read('.open.json');
    await sources.openSite(site, options);
  });
}
