/** Registers what package.json contributes as commands. */
import { commands, type Disposable } from 'vscode';
import { showError } from '../progress.ts';
import { attachingCommands } from './attaching.ts';
import { comparingCommands } from './comparing.ts';
import type { CommandContext, Handlers } from './context.ts';
import { findingCommands } from './findings.ts';
import { helpCommands } from './help.ts';
import { keepingCommands } from './keeping.ts';
import { launchingCommands } from './launching.ts';
import { recordingCommands } from './recording.ts';
import { watchingCommands } from './watching.ts';

export function registerCommands(context: CommandContext): Disposable[] {
  const handlers: Handlers = {
    ...recordingCommands(context),
    ...keepingCommands(context),
    ...comparingCommands(context),
    ...findingCommands(context),
    ...watchingCommands(context),
    ...launchingCommands(context),
    ...attachingCommands(context),
    ...helpCommands(context),
  };
  return Object.entries(handlers).map(([name, handler]) =>
    commands.registerCommand(`heapline.${name}`, async (...args: never[]) => {
      try {
        await handler(...args);
      } catch (error) {
        showError(error, context.log);
      }
    }),
  );
}
