/** A `.heapprofile` as rows: live bytes by function. */
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import type { ProfileRow, ProfileSummary } from '../protocol/tables.ts';
import { openRecording, type SamplingNode, type SamplingProfile } from '../recording/reader.ts';
import type { ScriptMap } from '../source/script-map.ts';
import { flameTree, frameSite } from './flame.ts';
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
  const profile = await readProfile(file);
  const open: { node: SamplingNode; left: boolean }[] = [{ node: profile.head, left: false }];
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
  const { map, since } = await recordingAround(file);
  const sized = await Promise.all(
    [...rows.values()].map(async ({ frame, ...row }) => {
      const site = await frameSite(frame, map);
      return site ? { ...row, site } : row;
    }),
  );
  return {
    file,
    total,
    rows: sized.sort((a, b) => b.selfSize - a.selfSize || b.totalSize - a.totalSize),
    flame: await flameTree(profile, since, (frame) => frameSite(frame, map)),
  };
}

/** Its scripts, and the ordinal of the first snapshot where there is a later one. */
async function recordingAround(file: string): Promise<{ map: ScriptMap; since?: number }> {
  const map = await scriptsAround(file);
  const snapshots = await openRecording(dirname(dirname(file))).then(
    (recording) => recording.snapshots,
    () => [],
  );
  return { map, since: snapshots.find(({ ordinal }) => ordinal !== undefined)?.ordinal };
}

async function readProfile(file: string): Promise<SamplingProfile> {
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
  let profile: Partial<SamplingProfile> | null;
  try {
    profile = JSON.parse(text) as Partial<SamplingProfile> | null;
  } catch (error) {
    throw new HeaplineError('malformed', `${file}: The profile is cut off or damaged.`, { cause: error });
  }
  const samples = Array.isArray(profile?.samples) ? profile.samples : [];
  return { head: checked(profile?.head, file), samples };
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
