/** Watches the container of a leak in the running program: which lines insert into it. */
import { l10n, QuickPickItemKind, window } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import type { ContainerWatch, Finding, Site } from '../../protocol/findings.ts';
import { printable } from '../../protocol/wording.ts';
import { isProcessLive, leaksOf } from '../model.ts';
import type { Node } from '../nodes.ts';
import { withProgress } from '../progress.ts';
import { placesOf } from '../rows.ts';
import { callerOf, watchItems, watchMessage } from '../watch-words.ts';
import type { CommandContext, Handlers } from './context.ts';

/** After it first grew. */
const SECONDS = 10;

interface Watched {
  dir: string;
  finding: Finding;
}

export function watchingCommands(context: CommandContext): Handlers {
  const { model, server, openSite } = context;
  return {
    async watch(given?: Node) {
      const watched = given?.kind === 'finding' ? given : await pickLeak(context);
      if (!watched) return;
      const { dir, finding } = watched;
      const name = printable(finding.owner.name);
      const watch = await withProgress(l10n.t('Watching {0}', name), ({ token, report }) =>
        server.request(
          'heapline/watch',
          { dir, finding: finding.id, seconds: SECONDS },
          { token, report: ({ done }) => report({ phase: progressOf(done), done }) },
        ),
      );
      const recording = model.recording(dir);
      const open = (site: Site): Promise<unknown> =>
        openSite(site, { recordingDir: dir, sessionId: recording?.target, sources: recording?.sources });
      await tell(watchMessage(name, watch, l10n), watch, open);
    },
  };
}

/** Cancelled, it tells what was seen until then. */
function progressOf(inserts: number): string {
  if (!inserts) return l10n.t('nothing inserted yet. Let the program work; Cancel ends the watch.');
  return inserts === 1 ? l10n.t('1 insert') : l10n.t('{0} inserts', inserts);
}

async function tell(text: string, watch: ContainerWatch, open: (site: Site) => unknown): Promise<void> {
  const [first] = watch.sites;
  const caller = first && callerOf(first);
  const goToLine = l10n.t('Go to Line');
  const goToCaller = l10n.t('Go to Your Line');
  const showAll = l10n.t('Show All Lines');
  const offers = [...(first ? [goToLine] : []), ...(caller ? [goToCaller] : []), ...(first ? [showAll] : [])];
  const answer = await window.showInformationMessage(text, ...offers);
  if (answer === goToLine) await open(first.site);
  else if (answer === goToCaller && caller) await open(caller);
  else if (answer === showAll) {
    const items = watchItems(watch, l10n).map((item) => ({
      ...item,
      kind: item.site ? QuickPickItemKind.Default : QuickPickItemKind.Separator,
    }));
    const picked = await window.showQuickPick(items, { placeHolder: text, matchOnDescription: true });
    if (picked?.site) await open(picked.site);
  }
}

async function pickLeak({ model }: CommandContext): Promise<Watched | undefined> {
  const live = model.recordings.filter((recording) => isProcessLive(model, recording));
  const leaks = live.flatMap((recording) =>
    leaksOf(recording).map((finding) => ({ finding, dir: recording.dir })),
  );
  if (!leaks.length)
    throw new HeaplineError('not-found', l10n.t('No leak is known of a program that still runs.'), {
      hint: l10n.t('Record it first.'),
    });
  if (leaks.length === 1) return leaks[0];
  const items = leaks.map((leak) => ({
    ...leak,
    label: printable(leak.finding.owner.name),
    description: placesOf(leak.finding),
  }));
  return window.showQuickPick(items, { placeHolder: l10n.t('Which leak?') });
}
