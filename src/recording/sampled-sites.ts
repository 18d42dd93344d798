/** Who allocated what is alive, by function, from sampling heap profiles. */
import type { SamplingNode } from './reader.ts';

/**
 * Bytes by `function (file:line)`: of the nearest function on the stack that is neither Node's own nor ours.
 * @param urls of scripts by id: V8 forgets those of scripts none of which can run any more
 */
export function liveBySite(
  profile: { head: SamplingNode },
  urls: ReadonlyMap<string, string> = new Map(),
): Map<string, number> {
  const bytes = new Map<string, number>();
  const stack: { node: SamplingNode; site?: string }[] = [{ node: profile.head }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { node } = top;
    const site = siteOf(node.callFrame, urls) ?? top.site;
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

function siteOf(
  { url: told, scriptId, functionName, lineNumber }: SamplingNode['callFrame'],
  urls: ReadonlyMap<string, string>,
): string | undefined {
  const url = told || urls.get(scriptId);
  if (!url || /^(node|heapline):/.test(url)) return undefined;
  const file = url
    .replace(/[?#].*$/, '')
    .split(/[\\/]/)
    .at(-1);
  // The line is of the running text, which a compiler made of TypeScript.
  const at = /\.[cm]?tsx?$/.test(file ?? '') ? file : `${file}:${lineNumber + 1}`;
  return `${functionName || '(anonymous)'} (${at})`;
}
