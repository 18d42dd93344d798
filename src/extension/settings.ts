/** The settings `heapline.*`, read anew each time. */
import { type ConfigurationScope, type Event, type ExtensionContext, Uri, workspace } from 'vscode';
import type { WrittenOptions } from './recording-options.ts';

export type OpenReport = 'always' | 'leak' | 'never';

export function writtenOptions(scope?: ConfigurationScope): WrittenOptions {
  const settings = workspace.getConfiguration('heapline', scope);
  return {
    autoRecord: settings.get('autoRecord'),
    interval: settings.get('interval'),
    snapshots: settings.get('snapshots'),
    onGrowth: settings.get('onGrowth'),
    beforeLimit: settings.get('beforeLimit'),
    warmUp: settings.get('warmUp'),
    forceGC: settings.get('forceGC'),
    diskBudget: settings.get('diskBudget'),
    samplingInterval: settings.get('samplingInterval'),
    budgets: settings.get('budgets'),
    onBudget: settings.get('onBudget'),
    // A command is the user's own to say: no workspace can.
    budgetCommand: workspace.isTrusted ? settings.inspect<string>('budgetCommand')?.globalValue : undefined,
  };
}

export function openReport(): OpenReport {
  return workspace.getConfiguration('heapline').get<OpenReport>('openReport', 'always');
}

export function gutterEnabled(): boolean {
  return workspace.getConfiguration('heapline').get('gutter', true);
}

export const onDidChangeGutter: Event<unknown> = (listener, thisArgs, disposables) =>
  workspace.onDidChangeConfiguration(
    (change) => change.affectsConfiguration('heapline.gutter') && listener.call(thisArgs, change),
    undefined,
    disposables,
  );

/** Where recordings are kept: a folder of the user's, or the extension's own for this workspace. */
export function recordingsFolder(context: ExtensionContext): Uri {
  const chosen = workspace.getConfiguration('heapline').get<string>('recordingsFolder', '').trim();
  const first = workspace.workspaceFolders?.[0]?.uri;
  if (chosen) {
    if (first && !isAbsolute(chosen)) return Uri.joinPath(first, chosen);
    if (isAbsolute(chosen)) return Uri.file(chosen);
  }
  return ownFolder(context);
}

export function ownFolder(context: ExtensionContext): Uri {
  return Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'recordings');
}

function isAbsolute(path: string): boolean {
  return /^([\\/]|[A-Za-z]:[\\/])/.test(path);
}
