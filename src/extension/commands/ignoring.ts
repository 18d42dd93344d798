/** Leaks that are left be, with a reason; and the pages of rules. */
import { l10n, Uri, window, workspace } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import type { Finding } from '../../protocol/findings.ts';
import { isDay } from '../../protocol/ignore.ts';
import { printable } from '../../protocol/wording.ts';
import { refreshIgnores } from '../ignore-files.ts';
import { ignoredOf, leaksOf } from '../model.ts';
import type { Node } from '../nodes.ts';
import { openRule } from '../rule-pages.ts';
import type { CommandContext, Handlers } from './context.ts';

interface Meant {
  dir: string;
  finding: Finding;
}

/** A row of the view; or from a hover, the recording and the finding's id. */
type Given = Node | { dir: string };

export function ignoringCommands(context: CommandContext): Handlers {
  const { model, server, context: extension } = context;
  return {
    async ignore(given: Given, id?: string) {
      const meant = meantBy(context, given, id, false);
      if (!meant) return;
      const { dir, finding } = meant;
      const name = printable(finding.owner.name);
      const reason = await window.showInputBox({
        title: l10n.t('Ignore {0}', name),
        prompt: l10n.t('Why may it grow? Whoever reads the report is told.'),
        validateInput: (text) => (text.trim() ? undefined : l10n.t('A reason is needed.')),
        ignoreFocusOut: true,
      });
      if (!reason) return;
      const expires = await window.showInputBox({
        title: l10n.t('Ignore {0}', name),
        prompt: l10n.t('Until which day, as 2027-01-31? Leave it empty to ignore it for good.'),
        validateInput: (text) =>
          text.trim() && !isDay(text.trim()) ? l10n.t('Not a day: 2027-01-31 is one.') : undefined,
        ignoreFocusOut: true,
      });
      if (expires === undefined) return;
      const entry = {
        finding: finding.id,
        reason: reason.trim(),
        ...(expires.trim() ? { expires: expires.trim() } : {}),
      };
      const { file } = await server.request('heapline/ignore', { dir, entry, homes: homes() });
      await refreshIgnores(model, server);
      const open = l10n.t('Open File');
      const answer = await window.showInformationMessage(l10n.t('{0} is ignored: {1}', name, file), open);
      if (answer === open) await window.showTextDocument(Uri.file(file));
    },
    async stopIgnoring(given: Given, id?: string) {
      const meant = meantBy(context, given, id, true);
      if (!meant) return;
      const { id: finding, rule, owner } = meant.finding;
      await server.request('heapline/stopIgnoring', {
        dir: meant.dir,
        finding: { id: finding, rule, owner },
      });
      await refreshIgnores(model, server);
    },
    async openRule(given: Given, id?: string) {
      const rule = meantBy(context, given, id, undefined)?.finding.rule;
      if (rule) await openRule(extension.extensionUri, rule.id);
    },
  };
}

/** @param ignored whether it is among those ignored; undefined where that is the same */
function meantBy(
  { model }: CommandContext,
  given: Given,
  id: string | undefined,
  ignored: boolean | undefined,
): Meant | undefined {
  if ('kind' in given)
    return given.kind === 'finding' ? { dir: given.dir, finding: given.finding } : undefined;
  const recording = model.recording(given.dir);
  const candidates = [
    ...(ignored === true ? [] : leaksOf(recording)),
    ...(ignored === true ? [] : (recording?.findings?.findings ?? [])),
    ...(ignored === false ? [] : ignoredOf(recording)),
  ];
  const finding = candidates.find((one) => one.id === id);
  if (!finding) throw new HeaplineError('not-found', l10n.t('That recording no longer names this leak.'));
  return { dir: given.dir, finding };
}

function homes(): string[] {
  return (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
}
