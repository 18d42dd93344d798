/** Who allocated what is alive, by function, from sampling heap profiles. */
import type { SampledProfile } from './cdp-types.ts';

type ProfileNode = SampledProfile['head'];

/** Bytes by `function (file:line)`: of the nearest function on the stack that is not Node's own. */
export function liveBySite(profile: Pick<SampledProfile, 'head'>): Map<string, number> {
  const bytes = new Map<string, number>();
  const stack: { node: ProfileNode; site?: string }[] = [{ node: profile.head }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { node } = top;
    const site = siteOf(node.callFrame) ?? top.site;
    if (site !== undefined && node.selfSize) bytes.set(site, (bytes.get(site) ?? 0) + node.selfSize);
    for (const child of node.children) stack.push({ node: child, site });
  }
  return bytes;
}

/**
 * What each site gained for sure: a sample stands for `interval` bytes on average, so that of few samples little can
 * be said. Sites that gained nothing are left out.
 */
export function surelyGrown(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  interval: number,
): Map<string, number> {
  const grown = new Map<string, number>();
  for (const [site, bytes] of after) {
    const earlier = before.get(site) ?? 0;
    // Two standard deviations of a Poisson count of samples on both sides.
    const surely = bytes - earlier - 2 * Math.sqrt((bytes + earlier) * interval);
    if (surely > 0) grown.set(site, surely);
  }
  return grown;
}

function siteOf({ url, functionName, lineNumber }: ProfileNode['callFrame']): string | undefined {
  if (!url || url.startsWith('node:')) return undefined;
  const file = url
    .replace(/[?#].*$/, '')
    .split(/[\\/]/)
    .at(-1);
  return `${functionName || '(anonymous)'} (${file}:${lineNumber + 1})`;
}
