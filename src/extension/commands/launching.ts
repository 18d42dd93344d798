/** Commands that run a program: a file, or again what was recorded. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commands, type DebugConfiguration, debug, l10n, type Uri, window, workspace } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import { leaksOf } from '../model.ts';
import { VerifyRun } from '../verify-run.ts';
import type { CommandContext, Handlers } from './context.ts';
import { type Given, pickRecording } from './pick.ts';

export function launchingCommands(context: CommandContext): Handlers {
  return {
    async profileFile(given?: Uri) {
      const file = given ?? window.activeTextEditor?.document.uri;
      if (file?.scheme !== 'file')
        throw new HeaplineError('usage', l10n.t('Open a JavaScript or TypeScript file first.'));
      trusted();
      await window.activeTextEditor?.document.save();
      await start(workspace.getWorkspaceFolder(file)?.uri, {
        type: 'node',
        request: 'launch',
        name: l10n.t('Profile {0}', workspace.asRelativePath(file)),
        program: file.fsPath,
        cwd: workspace.getWorkspaceFolder(file)?.uri.fsPath ?? dirname(file.fsPath),
        ...(/\.[cm]?ts$/.test(file.path) && hasTsx(file.fsPath) && { runtimeArgs: ['--import', 'tsx'] }),
        skipFiles: ['<node_internals>/**'],
        heapline: true,
      });
      await commands.executeCommand('heapline.targets.focus');
    },
    async verify(given?: Given, findingId?: string) {
      trusted();
      const dir = await pickRecording(
        context,
        given,
        (recording) => leaksOf(recording).length > 0 && context.launches.of(recording.dir) !== undefined,
      );
      if (!dir) return;
      const launch = context.launches.of(dir);
      const findings = leaksOf(context.model.recording(dir));
      const wanted = given && 'finding' in given ? given.finding.id : findingId;
      const finding = findings.find(({ id }) => id === wanted) ?? findings[0];
      if (!finding) throw new HeaplineError('not-found', l10n.t('That recording names no leak.'));
      if (!launch)
        throw new HeaplineError('usage', l10n.t('That program was not launched from this workspace.'), {
          hint: l10n.t('Run it again with F5 and record it: the report tells whether it still leaks.'),
        });
      const run = new VerifyRun(context, finding, findings);
      await run.start(launch);
    },
  };
}

async function start(folder: Uri | undefined, configuration: DebugConfiguration): Promise<void> {
  const started = await debug.startDebugging(folder && workspace.getWorkspaceFolder(folder), configuration);
  if (!started) throw new HeaplineError('launch-failed', l10n.t('The program was not started.'));
}

function trusted(): void {
  if (!workspace.isTrusted)
    throw new HeaplineError('usage', l10n.t('Nothing is launched in an untrusted workspace.'), {
      hint: l10n.t('Trust the workspace first.'),
    });
}

/** Whether the file's project has the runner `tsx`: Node before 22.18 does not run TypeScript by itself. */
function hasTsx(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', 'tsx', 'package.json'))) return true;
    if (folder === dirname(folder)) return false;
  }
}
