/** What the parts of the extension share. Made once by main.ts, given to each. */
import type { ExtensionContext, LogOutputChannel } from 'vscode';
import type { Site } from '../protocol/findings.ts';
import type { SourceExcerpt } from '../protocol/report.ts';
import type { Model } from './model.ts';
import type { Server } from './server.ts';

export interface Deps {
  context: ExtensionContext;
  /** Started by the first request. */
  server: Server;
  model: Model;
  /** The output channel "Heapline". */
  log: LogOutputChannel;
}

/** The webview panels, as commands use them. */
export interface Panels {
  /** The verdict on a recording; one that is shown already comes to the front and is read again. */
  showReport(dir: string, options?: { preserveFocus?: boolean }): Promise<void>;
  /** Two snapshot files: of one recording (`dir`), or bare ones. */
  showDiff(pair: { before: string; after: string; dir?: string }): Promise<void>;
}

export interface OpenSiteOptions {
  /** The recording it comes from: it may have kept the text. */
  recordingDir?: string;
  /** The debug session that ran it: asked first. */
  sessionId?: string;
  /** The lines as they ran. */
  sources?: readonly SourceExcerpt[];
  /** In a column beside the active one. */
  beside?: boolean;
  preserveFocus?: boolean;
}

/** Settles with whether it could be opened; what hindered it is told to the user. */
export type OpenSite = (site: Site, options?: OpenSiteOptions) => Promise<boolean>;
