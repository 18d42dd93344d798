/** A `.heapprofile` as rows: live bytes by function. */
import { readFile, stat } from 'node:fs/promises';
import { HeaplineError } from '../base/errors.ts';
import type { Site } from '../protocol/findings.ts';
import type { ProfileRow, ProfileSummary } from '../protocol/tables.ts';
import type { SamplingNode } from '../recording/reader.ts';
import { urlToPath } from '../source/local-path.ts';
import type { ScriptMap } from '../source/script-map.ts';
import { scriptsAround } from './snapshot-sites.ts';

/** A profile is a tree of functions: real ones have some 100 kB. What is larger is none, or of another program. */
const MAX_BYTES = 256e6;

/**
 * Own and total live bytes of each function, by where it is written.
 * @throws HeaplineError `not-found`, `too-large`, or `malformed` for what is no sampled heap profile
 */
export async function summariseProfile(file: string): Promise<ProfileSummary> {
  const rows = new Map<string, ProfileRow & { frame: SamplingNode['callFrame'] }>();
  let total = 0;
  // Who is on the stack above counts its total once.
  const onStack = new Map<string, number>();
  const open: { node: SamplingNode; left: boolean }[] = [{ node: await readHead(file), left: false }];
  const sums: number[] = [0];
  for (let at = open.pop(); at; at = open.pop()) {
    const { node, left } = at;
    const key = frameKey(node.callFrame);
    const row = rows.get(key) ?? {
      function: node.callFrame.functionName,
      selfSize: 0,
      totalSize: 0,
      frame: node.callFrame,
    };
    rows.set(key, row);
    if (left) {
      const sum = sums.pop()! + node.selfSize;
      sums[sums.length - 1] += sum;
      const depth = onStack.get(key)! - 1;
      onStack.set(key, depth);
      if (depth === 0) row.totalSize += sum;
    } else {
      total += node.selfSize;
      row.selfSize += node.selfSize;
      onStack.set(key, (onStack.get(key) ?? 0) + 1);
      sums.push(0);
      open.push({ node, left: true });
      for (const child of node.children) open.push({ node: checked(child, file), left: false });
    }
  }
  rows.delete(frameKey({ functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 }));
  const map = await scriptsAround(file);
  const sized = await Promise.all(
    [...rows.values()].map(async ({ frame, ...row }) => {
      const site = await siteOf(frame, map);
      return site ? { ...row, site } : row;
    }),
  );
  return { file, total, rows: sized.sort((a, b) => b.selfSize - a.selfSize || b.totalSize - a.totalSize) };
}

async function readHead(file: string): Promise<SamplingNode> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new HeaplineError('too-large', `${file}: The profile is too large.`);
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (HeaplineError.is(error)) throw error;
    throw new HeaplineError('not-found', `${file}: The file can't be read.`, {
      hint: 'Check the path and its permissions.',
      cause: error,
    });
  }
  let profile: { head?: SamplingNode } | null;
  try {
    profile = JSON.parse(text) as { head?: SamplingNode } | null;
  } catch (error) {
    throw new HeaplineError('malformed', `${file}: The profile is cut off or damaged.`, { cause: error });
  }
  return checked(profile?.head, file);
}

function checked(node: SamplingNode | undefined, file: string): SamplingNode {
  const frame = node?.callFrame;
  const sound =
    typeof frame?.functionName === 'string' &&
    typeof frame.url === 'string' &&
    Number.isFinite(frame.lineNumber) &&
    Number.isFinite(frame.columnNumber) &&
    Number.isFinite(node?.selfSize) &&
    Array.isArray(node?.children);
  if (!sound) throw new HeaplineError('malformed', `${file}: This is no sampled heap profile.`);
  return node!;
}

function frameKey({ functionName, scriptId, lineNumber, columnNumber }: SamplingNode['callFrame']): string {
  return `${scriptId}:${lineNumber}:${columnNumber}:${functionName}`;
}

/** Through the recording's source maps where the profile lies in one, else as the profile has it. */
async function siteOf(frame: SamplingNode['callFrame'], map: ScriptMap): Promise<Site | undefined> {
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
