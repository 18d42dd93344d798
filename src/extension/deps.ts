/** What the parts of the extension share. Made once by main.ts, given to each. */
import type { ExtensionContext, LogOutputChannel } from 'vscode';
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
