/** What was seen of a watched container, in words. Pure, so that it is tested without an editor. */
import { formatCount, formatDuration } from '../base/units.ts';
import type { ContainerWatch, Site, WatchedSite } from '../protocol/findings.ts';
import { percent, printable } from '../protocol/wording.ts';
import type { Localizer } from './row.ts';
import { shortPlace } from './rows.ts';

/** @param name of the container, as the finding has it */
export function watchMessage(name: string, watch: ContainerWatch, l10n: Localizer): string {
  return [
    inserted(printable(name), watch, l10n),
    removed(watch, l10n),
    otherwise(watch, l10n),
    ended(watch, l10n),
  ]
    .filter(Boolean)
    .join(' ');
}

function inserted(
  name: string,
  { inserts, unseen, seconds, sites }: ContainerWatch,
  l10n: Localizer,
): string {
  if (!inserts && unseen > 0)
    return l10n.t(
      'All that came into {0} came in ways that can not be seen, such as by index: {1}.',
      name,
      formatCount(unseen),
    );
  if (!inserts)
    return l10n.t(
      'Nothing was inserted into {0} while it was watched, for {1}.',
      name,
      formatDuration(seconds * 1000),
    );
  const [first] = sites;
  const all = formatCount(inserts);
  if (!first) return l10n.t('{0} inserts into {1}; their lines are not known.', all, name);
  const caller = callerOf(first);
  const words = [formatCount(first.count), all, name, shortPlace(first.site)];
  return caller
    ? l10n.t('{0} of {1} inserts into {2} come from {3}, called from {4}.', ...words, shortPlace(caller))
    : l10n.t('{0} of {1} inserts into {2} come from {3}.', ...words);
}

function removed({ removes, inserts }: ContainerWatch, l10n: Localizer): string | undefined {
  if (removes) return l10n.t('Removed: {0}.', formatCount(removes));
  return inserts ? l10n.t('Nothing was removed.') : undefined;
}

function otherwise({ inserts, unseen: net }: ContainerWatch, l10n: Localizer): string | undefined {
  if (!net || (net > 0 && !inserts)) return undefined;
  return net > 0
    ? l10n.t('{0} more came in ways that can not be seen, such as by index.', formatCount(net))
    : l10n.t('{0} more went in ways that can not be seen, such as by setting the length.', formatCount(-net));
}

function ended({ end }: ContainerWatch, l10n: Localizer): string | undefined {
  if (end === 'collected') return l10n.t('The program then let the container go.');
  return end === 'target-gone' ? l10n.t('The program can then no longer be reached.') : undefined;
}

/** The user's own line, where the one that inserts is not. */
export function callerOf({ site, user }: WatchedSite): Site | undefined {
  return user && (user.url !== site.url || user.line !== site.line) ? user : undefined;
}

/** A line that can be opened, or the heading of those that follow. */
export interface WatchItem {
  label: string;
  description?: string;
  site?: Site;
}

/** Each line that inserts, with the calls that lead to it. */
export function watchItems({ sites }: ContainerWatch, l10n: Localizer): WatchItem[] {
  return sites.flatMap((one) => {
    const caller = callerOf(one);
    const stack =
      caller && !one.stack.some((site) => sameLine(site, caller)) ? [...one.stack, caller] : one.stack;
    return [
      { label: l10n.t('{0} inserts, {1}', formatCount(one.count), percent(one.share)) },
      ...stack.map((site) => ({
        label: shortPlace(site),
        description: printable(site.function ?? ''),
        site,
      })),
    ];
  });
}

function sameLine(a: Site, b: Site): boolean {
  return a.url === b.url && a.line === b.line;
}
