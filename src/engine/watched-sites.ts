/** What a wire-tap noted in the running text, in the sources that people wrote. */
import type { ContainerWatch, Site, WatchedSite } from '../protocol/findings.ts';
import type { ScriptEntry, TapFrame, TapStack, WatchFacts } from '../protocol/recording.ts';
import { toUrl } from '../source/local-path.ts';
import { ScriptMap } from '../source/script-map.ts';
import { isUserCode } from '../source/user-code.ts';

const SHOWN = 5;

/** @param scripts of the recording; code that was loaded since is read from its file @param dir its folder */
export async function containerWatch(
  { inserts, removes, unseen, seconds, end, stacks }: WatchFacts,
  scripts: readonly ScriptEntry[],
  dir: string,
): Promise<ContainerWatch> {
  return { inserts, removes, unseen, seconds, end, sites: await watchedSites(stacks, scripts, dir) };
}

/**
 * What a tap saw, by the line that inserts, most inserts first.
 * @param scripts of the recording; code that was loaded since is read from its file @param dir its folder
 */
export async function watchedSites(
  stacks: readonly TapStack[],
  scripts: readonly ScriptEntry[],
  dir: string,
): Promise<WatchedSite[]> {
  const map = new ScriptMap([...scripts, ...unknownScripts(stacks, scripts)], dir);
  const bySite = new Map<string, WatchedSite & { most: number }>();
  const total = stacks.reduce((sum, { inserts }) => sum + inserts, 0);
  for (const { inserts, frames } of stacks) {
    const sites = (await Promise.all(frames.map((frame) => siteOf(map, frame)))).filter(
      (site) => site !== undefined,
    );
    const [site] = sites;
    if (!site) continue;
    const key = `${site.url}:${site.line}:${site.column}`;
    const known = bySite.get(key);
    const count = inserts + (known?.count ?? 0);
    const most = Math.max(inserts, known?.most ?? 0);
    // Of the ways that lead there the commonest is shown.
    const { stack, user } =
      known && known.most >= inserts
        ? known
        : { stack: sites.slice(0, SHOWN), user: sites.find((one) => isUserCode(one)) };
    bySite.set(key, { site, count, share: 0, stack, ...(user && { user }), most });
  }
  map.dispose();
  return [...bySite.values()]
    .sort((a, b) => b.count - a.count)
    .map(({ most, ...one }) => ({ ...one, share: one.count / total }));
}

function siteOf(map: ScriptMap, { url, line, column, function: name }: TapFrame): Promise<Site | undefined> {
  const entry = map.atUrl(url) ?? map.atUrl(toUrl(url));
  return map.site(entry?.id ?? '', line - 1, column - 1, { function: name, evidence: 'wire-tap' });
}

function unknownScripts(stacks: readonly TapStack[], scripts: readonly ScriptEntry[]): ScriptEntry[] {
  const known = new Set(scripts.map(({ url }) => url));
  const urls = stacks.flatMap(({ frames }) => frames.map(({ url }) => url));
  const unknown = new Set(urls.filter((url) => !known.has(url) && !known.has(toUrl(url))).map(toUrl));
  return [...unknown].map((url) => ({ id: `tap:${url}`, url }));
}
