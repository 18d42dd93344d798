/** Registers what package.json contributes as commands. */
import { commands, type Disposable, l10n } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import { showError } from '../progress.ts';
import { attachingCommands } from './attaching.ts';
import { comparingCommands } from './comparing.ts';
import type { CommandContext, Handlers } from './context.ts';
import { findingCommands } from './findings.ts';
import { helpCommands } from './help.ts';
import { ignoringCommands } from './ignoring.ts';
import { keepingCommands } from './keeping.ts';
import { launchingCommands } from './launching.ts';
import { recordingCommands } from './recording.ts';
import { watchingCommands } from './watching.ts';

/** Those that a row of the view alone can say what they mean. */
const ON_ROWS: ReadonlySet<string> = new Set([
  'compareWithPrevious',
  'copyFinding',
  'copyLocation',
  'copyPath',
  'goToCaller',
  'goToStore',
  'ignore',
  'openRule',
  'openSite',
  'openSnapshot',
  'stopIgnoring',
]);

export function registerCommands(context: CommandContext): Disposable[] {
  const handlers: Handlers = {
    ...recordingCommands(context),
    ...keepingCommands(context),
    ...comparingCommands(context),
    ...findingCommands(context),
    ...watchingCommands(context),
    ...ignoringCommands(context),
    ...launchingCommands(context),
    ...attachingCommands(context),
    ...helpCommands(context),
  };
  return Object.entries(handlers).map(([name, handler]) =>
    commands.registerCommand(`heapline.${name}`, async (...args: never[]) => {
      try {
        // VS Code passes nothing for a row that is being drawn anew.
        if (ON_ROWS.has(name) && args[0] === undefined)
          throw new HeaplineError('usage', l10n.t('The view was just being drawn anew: try again.'));
        await handler(...args);
      } catch (error) {
        showError(error, context.log);
      }
    }),
  );
}
