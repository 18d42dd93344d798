/** What a page shows, asked of the server. */
import { basename, dirname } from 'node:path';
import type { CancellationToken } from 'vscode';
import * as vscode from 'vscode';
import type { ProgressReading } from '../../base/progress.ts';
import type { PanelContent, PanelSource } from '../../protocol/panel.ts';
import type { Server } from '../server.ts';

export interface LoadTask {
  token: CancellationToken;
  report(reading: ProgressReading): void;
  /** Something to show while the rest is on its way. */
  show(content: PanelContent): void;
}

export interface LoadDeps {
  server: Server;
  /** Whether a recording is still made, or its verdict. */
  isLive(dir: string): boolean;
}

/** @throws HeaplineError of the server; `cancelled` */
export async function loadContent(
  source: PanelSource,
  { server, isLive }: LoadDeps,
  task: LoadTask,
): Promise<PanelContent> {
  switch (source.type) {
    case 'report':
      return {
        type: 'report',
        data: await server.request('heapline/analyse', { recordingDir: source.dir }, task),
        final: !isLive(source.dir),
      };
    case 'diff':
      return loadDiff(source, server, task);
    case 'summary':
      return {
        type: 'summary',
        summary: await server.request('heapline/summary', { file: source.file }, task),
        title: titleOf(source),
      };
    case 'profile':
      return {
        type: 'profile',
        profile: await server.request('heapline/profile', { file: source.file }, task),
        title: titleOf(source),
      };
  }
}

/** The table comes first: a verdict takes longer, and may be none. */
async function loadDiff(
  source: Extract<PanelSource, { type: 'diff' }>,
  server: Server,
  task: LoadTask,
): Promise<PanelContent> {
  const { before, after, dir } = source;
  const diff = await server.request('heapline/diff', { before: before.file, after: after.file }, task);
  const content: PanelContent = {
    type: 'diff',
    diff,
    titles: { before: before.title, after: after.title },
    ...(before.snapshot !== undefined && after.snapshot !== undefined
      ? { numbers: { before: before.snapshot, after: after.snapshot } }
      : {}),
  };
  if (!dir) return content;
  task.show({ ...content, pending: true });
  const report = await server
    .request('heapline/analyse', { recordingDir: dir }, { token: task.token })
    // Too few snapshots for a verdict, or a recording that is damaged: the comparison stands by itself.
    .catch(() => undefined);
  return report ? { ...content, report } : content;
}

/** The name of a tab. */
export function titleOf(source: PanelSource): string {
  switch (source.type) {
    case 'report':
      return withTimeLast(recordingName(source.dir));
    case 'diff':
      return vscode.l10n.t('{0} and {1}', source.before.title, source.after.title);
    default:
      return basename(source.file);
  }
}

/** `2026-11-20 10.24.53 main.js [4110]` -> `main.js 10:24:53`: a tab shows the beginning only. */
function withTimeLast(name: string): string {
  const [, hour, minute, second, title] =
    /^\d{4}-\d\d-\d\d (\d\d)\.(\d\d)\.(\d\d) (.+?)(?: \[\d+\])?(?: \d+)?$/.exec(name) ?? [];
  return title ? `${title} ${hour}:${minute}:${second}` : name;
}

/** What is said while it is loaded. */
export function loadingTitle(source: PanelSource): string {
  switch (source.type) {
    case 'report':
      return vscode.l10n.t('Analysing {0}', recordingName(source.dir));
    case 'diff':
      return vscode.l10n.t('Comparing {0} with {1}', source.before.title, source.after.title);
    default:
      return vscode.l10n.t('Reading {0}', basename(source.file));
  }
}

/** The recording that it belongs to, if any. */
export function recordingOf(source: PanelSource): string | undefined {
  if (source.type === 'report' || source.type === 'diff') return source.dir;
  return recordingAround(source.file);
}

/** The folder of the recording that a file in its `snapshots/` or `profiles/` is part of. */
export function recordingAround(file: string): string | undefined {
  const folder = dirname(dirname(file));
  return folder.endsWith('.heapline') ? folder : undefined;
}

function recordingName(dir: string): string {
  return basename(dir).replace(/\.heapline$/, '');
}
