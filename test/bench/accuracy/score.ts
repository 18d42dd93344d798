/** What Heapline said of a program, against the truth. */
import type { Finding, Findings, Site } from '../../../src/protocol/findings.ts';
import type { Lines, Truth, VersionName } from './truth.ts';

export interface Score {
  verdict: 'right' | 'inconclusive' | 'missed' | 'false alarm';
  /** Of leaky versions only. */
  owner?: boolean;
  line?: boolean;
  inThree?: boolean;
  /** Where the truth knows of such a line. */
  user?: boolean;
}

/** @param folder where the version ran: places are compared relative to it */
export function score(
  findings: Findings,
  truth: Truth,
  version: VersionName,
  lines: Lines,
  folder: string,
): Score {
  const leaks = version === 'leaky';
  const verdict = judge(findings.verdict, leaks);
  if (!leaks) return { verdict };
  // What is said of a leak counts only where it is said to be one.
  const first = findings.verdict === 'leak' ? findings.findings[0] : undefined;
  const at = (site: Site | undefined) => (site ? placeOf(site, folder) : '');
  const wanted = new Set([...lines.store, ...lines.cause]);
  const places = first ? [first.storeSite, ...(first.otherStoreSites ?? []), first.userSite] : [];
  const known = [...new Set(places.filter((site) => site !== undefined).map(at))];
  return {
    verdict,
    owner: first !== undefined && ownerTexts(first).some((text) => matches(text, truth.owners)),
    line: wanted.has(at(first?.storeSite)),
    inThree: known.slice(0, 3).some((place) => wanted.has(place)),
    ...(lines.user.size ? { user: lines.user.has(at(first?.userSite)) } : {}),
  };
}

function judge(verdict: Findings['verdict'], leaks: boolean): Score['verdict'] {
  if (verdict === 'inconclusive') return 'inconclusive';
  if (leaks) return verdict === 'leak' ? 'right' : 'missed';
  return verdict === 'leak' ? 'false alarm' : 'right';
}

function ownerTexts({ owner, retainingPath }: Finding): string[] {
  // The last entry is one of what gathers; what stands further off holds much else.
  const path = retainingPath.slice(-3, -1).map(({ edge, name }) => `${edge} ${name}`);
  return [owner.name, owner.className, path.join(' > ')];
}

function matches(text: string, patterns: readonly string[] = []): boolean {
  return patterns.some((pattern) => new RegExp(pattern).test(text));
}

/** `src/agent.ts:12`, relative to the folder where it lies inside. */
export function placeOf(site: Site, folder: string): string {
  const path = (site.path ?? decodeURI(site.url.replace(/^file:\/\/(?:\/(?=[A-Za-z]:))?/, ''))).replace(
    /\\/g,
    '/',
  );
  const root = `${folder.replace(/\\/g, '/')}/`;
  return `${path.startsWith(root) ? path.slice(root.length) : path}:${site.line}`;
}
