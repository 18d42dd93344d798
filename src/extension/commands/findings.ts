/** Commands on findings and the places in them. */
import { env, l10n } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import type { Finding, Site } from '../../protocol/findings.ts';
import { pathNames, printable } from '../../protocol/wording.ts';
import type { Node } from '../nodes.ts';
import { callerSite, mainSite, placeOf } from '../rows.ts';
import type { CommandContext, Handlers } from './context.ts';

export function findingCommands({ model, openSite, clearMarks }: CommandContext): Handlers {
  const open = async (site: Site, dir: string): Promise<void> => {
    const recording = model.recording(dir);
    await openSite(site, { recordingDir: dir, sessionId: recording?.target, sources: recording?.sources });
  };
  return {
    async goToStore(node: Node) {
      if (node.kind !== 'finding') return;
      const site = mainSite(node.finding);
      if (!site) throw new HeaplineError('not-found', l10n.t('The line that stores it is not known.'));
      await open(site, node.dir);
    },
    async goToCaller(node: Node) {
      const site = node.kind === 'finding' && callerSite(node.finding);
      if (site) await open(site, node.dir);
    },
    async openSite(node: Node) {
      const site = siteOf(node);
      if (site && 'dir' in node) await open(site, node.dir);
    },
    async copyFinding(node: Node) {
      if (node.kind !== 'finding') return;
      const { title, storeSite, reasons, advice, rule } = node.finding;
      const lines = [
        title,
        storeSite && l10n.t('Stored at {0}', placeOf(storeSite)),
        l10n.t('Held by {0}', pathLine(node.finding)),
        ...reasons,
        rule && l10n.t('Rule: {0}', rule.title),
        ...advice,
      ];
      await env.clipboard.writeText(lines.filter(Boolean).join('\n'));
    },
    async copyPath(node: Node) {
      if (node.kind === 'finding') await env.clipboard.writeText(pathLine(node.finding));
    },
    async copyLocation(node: Node) {
      const site = siteOf(node);
      if (site) await env.clipboard.writeText(printable(placeOf(site)));
    },
    clearMarks,
  };
}

function siteOf(node: Node): Site | undefined {
  if (node.kind === 'process') return node.process.site;
  return node.kind === 'path' ? node.entry.site : undefined;
}

/** `session > agent > memory > history[]`. */
function pathLine({ retainingPath }: Finding): string {
  return pathNames(retainingPath)
    .map((name) => printable(name))
    .join(' > ');
}
