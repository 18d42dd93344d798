/** A sampled allocation profile as a tree of frames, bounded: what is small is folded. */
import { MinQueue } from '../analysis/queue.ts';
import type { Site } from '../protocol/findings.ts';
import type { FlameFrame } from '../protocol/pictures.ts';
import type { SamplingNode, SamplingProfile } from '../recording/reader.ts';
import { urlToPath } from '../source/local-path.ts';
import type { ScriptMap } from '../source/script-map.ts';
import type { ProfileFrame } from './profile.ts';

/** What is smaller than this share of all is not told apart. */
const LEAST_SHARE = 1 / 2000;
const MOST_FRAMES = 800;
const MOST_LEVELS = 200;

interface Sums {
  size: number;
  grown: number;
  selfGrown: number;
}

/**
 * The root stands for all.
 * @param since highest ordinal of the baseline: what was allocated later has grown
 * @param siteOf where a function is written
 */
export async function flameTree(
  { head, samples }: SamplingProfile,
  since: number | undefined,
  siteOf: (frame: ProfileFrame) => Promise<Site | undefined>,
): Promise<FlameFrame> {
  const sums = sumUp(head, since === undefined ? [] : samples.filter(({ ordinal }) => ordinal > since));
  const knowsGrowth = since !== undefined;
  const frameOf = async (node: SamplingNode): Promise<FlameFrame> => {
    const { size, grown, selfGrown } = sums.get(node)!;
    const site = await siteOf(node.callFrame);
    return {
      function: node.callFrame.functionName,
      ...(site && { site }),
      size,
      selfSize: node.selfSize,
      ...(knowsGrowth && { grown, selfGrown }),
    };
  };
  const root = { ...(await frameOf(head)), function: '' };
  const least = root.size * LEAST_SHARE;
  let left = MOST_FRAMES;
  const waiting: { frame: FlameFrame; node: SamplingNode; level: number }[] = [];
  const queue = new MinQueue();
  const add = (frame: FlameFrame, node: SamplingNode, level: number): void => {
    queue.push(waiting.length, -frame.size);
    waiting.push({ frame, node, level });
  };
  add(root, head, 0);
  // What is largest is opened first.
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { frame, node, level } = waiting[next];
    const below = node.children.filter((child) => sums.get(child)!.size > 0);
    if (!below.length) continue;
    below.sort((a, b) => sums.get(b)!.size - sums.get(a)!.size || a.id - b.id);
    const fits = level < MOST_LEVELS ? below.filter((child) => sums.get(child)!.size >= least) : [];
    const told = fits.slice(0, Math.max(0, left));
    left -= told.length;
    frame.children = [];
    for (const child of told) {
      const made = await frameOf(child);
      frame.children.push(made);
      add(made, child, level + 1);
    }
    if (told.length < below.length) frame.children.push(restOf(below.slice(told.length), sums, knowsGrowth));
  }
  return root;
}

function restOf(
  nodes: readonly SamplingNode[],
  sums: ReadonlyMap<SamplingNode, Sums>,
  knowsGrowth: boolean,
): FlameFrame {
  let size = 0;
  let grown = 0;
  for (const node of nodes) {
    size += sums.get(node)!.size;
    grown += sums.get(node)!.grown;
  }
  return {
    function: '',
    size,
    selfSize: size,
    ...(knowsGrowth && { grown, selfGrown: grown }),
    rest: true,
  };
}

/** Bytes of each node with all that it called. */
function sumUp(
  head: SamplingNode,
  born: readonly { size: number; nodeId: number }[],
): Map<SamplingNode, Sums> {
  const grown = new Map<number, number>();
  for (const { size, nodeId } of born) grown.set(nodeId, (grown.get(nodeId) ?? 0) + size);
  const sums = new Map<SamplingNode, Sums>();
  const all: SamplingNode[] = [head];
  for (let i = 0; i < all.length; i++) for (const child of all[i].children) all.push(child);
  // From the leaves on.
  for (const node of all.reverse()) {
    const selfGrown = grown.get(node.id) ?? 0;
    const sum = { size: node.selfSize, grown: selfGrown, selfGrown };
    for (const child of node.children) {
      const below = sums.get(child)!;
      sum.size += below.size;
      sum.grown += below.grown;
    }
    sums.set(node, sum);
  }
  return sums;
}

/** Where a frame's function is written: through the recording's source maps where the profile lies in one, else as the profile has it. */
export async function frameSite(frame: ProfileFrame, map: ScriptMap): Promise<Site | undefined> {
  const { scriptId, url, lineNumber, columnNumber, functionName } = frame;
  if (!url || lineNumber < 0) return undefined;
  const extra = { function: functionName || undefined, evidence: 'allocation' };
  const known = await map.site(scriptId, lineNumber, columnNumber, extra);
  if (known) return known;
  const path = urlToPath(url);
  return {
    url,
    ...(path ? { path } : {}),
    line: lineNumber + 1,
    column: Math.max(0, columnNumber) + 1,
    ...(extra.function ? { function: extra.function } : {}),
    evidence: extra.evidence,
  };
}
