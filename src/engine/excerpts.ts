import { readFile, stat } from 'node:fs/promises';
import type { Finding, Site } from '../protocol/findings.ts';
import type { SourceExcerpt } from '../protocol/report.ts';
import type { ScriptMap } from '../source/script-map.ts';

const AROUND = 4;
const MAX_LINE = 300;
const MAX_FILE = 16e6;

/**
 * Some lines around each site of the findings, where the source that ran is at hand.
 * @param since when the program began, ISO 8601: a file that was edited later is not what ran
 */
export async function makeExcerpts(
  findings: readonly Finding[],
  map: ScriptMap,
  since?: string,
): Promise<SourceExcerpt[]> {
  const lines = new Map<string, string[] | undefined>();
  const excerpts = new Map<string, SourceExcerpt>();
  for (const finding of findings) {
    for (const site of [finding.storeSite, finding.userSite, ...finding.allocationSites]) {
      if (!site) continue;
      const path = site.path ?? site.url;
      if (!lines.has(path)) lines.set(path, await readLines(site, map, since));
      const all = lines.get(path);
      if (!all) continue;
      const first = Math.max(1, site.line - AROUND);
      const part = all.slice(first - 1, site.line + AROUND).map((line) => cut(line, site));
      excerpts.set(`${path}:${first}`, { path, firstLine: first, lines: part });
    }
  }
  return [...excerpts.values()];
}

async function readLines(site: Site, map: ScriptMap, since?: string): Promise<string[] | undefined> {
  const entry = map.atUrl(site.url);
  try {
    if (site.path && !entry?.source) {
      const { size, mtimeMs } = await stat(site.path);
      if (size > MAX_FILE || (since !== undefined && mtimeMs > Date.parse(since))) return undefined;
    }
    const text = entry ? await map.text(entry) : site.path && (await readFile(site.path, 'utf8'));
    return text?.split(/\r\n|\n|\r/);
  } catch {
    return undefined; // gone or unreadable: the site stands without it
  }
}

/** Long lines (bundles) are cut around the column. */
function cut(line: string, site: Site): string {
  if (line.length <= MAX_LINE) return line;
  const from = Math.max(0, site.column - MAX_LINE / 2);
  return `${from > 0 ? '…' : ''}${line.slice(from, from + MAX_LINE)}…`;
}
