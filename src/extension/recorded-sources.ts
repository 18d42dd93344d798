/** Running text that a recording kept because no file holds it, as read-only documents. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { Site } from '../protocol/findings.ts';
import type { ScriptsFile } from '../protocol/recording.ts';
import { keptSource, keptSourceName } from './kept-source.ts';

export const RECORDED_SCHEME = 'heapline-source';

export class RecordedSources implements vscode.TextDocumentContentProvider {
  /** Where a recording has the text of a site. */
  async find(site: Site, recordingDir: string | undefined): Promise<vscode.Uri | undefined> {
    if (recordingDir === undefined) return undefined;
    try {
      const scripts: ScriptsFile = JSON.parse(await readFile(join(recordingDir, 'scripts.json'), 'utf8'));
      const source = keptSource(site, scripts);
      return source === undefined ? undefined : uriOf(recordingDir, source, site.url);
    } catch {
      return undefined; // a recording without its scripts has no text either
    }
  }

  /** @throws when the recording is gone; the editor says so */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { dir, source } = JSON.parse(uri.query) as { dir?: unknown; source?: unknown };
    if (typeof dir !== 'string' || typeof source !== 'string' || !keptSourceName(source)) {
      throw new Error(vscode.l10n.t('This is not a source that a recording kept.'));
    }
    return readFile(join(dir, source), 'utf8');
  }
}

function uriOf(dir: string, source: string, url: string): vscode.Uri {
  // The path is only what the tab is called, and its ending what the language is told by.
  const name = basename(url.replace(/[?#].*$/, '')).replace(/[^\w.-]/g, '_') || 'script';
  return vscode.Uri.from({
    scheme: RECORDED_SCHEME,
    path: `/${/\.[cm]?[jt]sx?$/.test(name) ? name : `${name}.js`}`,
    query: JSON.stringify({ dir, source }),
  });
}
