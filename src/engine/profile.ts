/** A sampling heap profile, read for what is still alive and was born after the baseline. */

import type { SamplingNode, SamplingProfile } from '../recording/reader.ts';
import type { Place } from './places.ts';

/** Its line and column are 0-based: where the function is written, not where it allocates. */
export type ProfileFrame = SamplingNode['callFrame'];

/** Live bytes by call stack, leaf first. */
export interface LiveStack {
  frames: ProfileFrame[];
  bytes: number;
}

/** Stacks of the live samples with an ordinal above `since`, largest first. */
export function liveStacks(profile: SamplingProfile, since: number): LiveStack[] {
  const bytes = new Map<number, number>();
  for (const { nodeId, size, ordinal } of profile.samples) {
    if (ordinal > since) bytes.set(nodeId, (bytes.get(nodeId) ?? 0) + size);
  }
  const stacks: LiveStack[] = [];
  const open: { node: SamplingNode; frames: ProfileFrame[] }[] = [{ node: profile.head, frames: [] }];
  for (let at = open.pop(); at; at = open.pop()) {
    const frames = at.node.callFrame.functionName === '(root)' ? [] : [at.node.callFrame, ...at.frames];
    const own = bytes.get(at.node.id) ?? 0;
    if (own > 0 && frames.length) stacks.push({ frames, bytes: own });
    for (const child of at.node.children) open.push({ node: child, frames });
  }
  return stacks.sort((a, b) => b.bytes - a.bytes);
}

/** Bytes per function that is anywhere on the stacks, largest first. */
export function bytesByFrame(stacks: readonly LiveStack[]): (ProfileFrame & { bytes: number })[] {
  const found = new Map<string, ProfileFrame & { bytes: number }>();
  for (const { frames, bytes } of stacks) {
    const once = new Set<string>();
    for (const frame of frames) {
      const key = frameKey(frame);
      if (once.has(key)) continue;
      once.add(key);
      const entry = found.get(key);
      if (entry) entry.bytes += bytes;
      else found.set(key, { ...frame, bytes });
    }
  }
  return [...found.values()].sort((a, b) => b.bytes - a.bytes);
}

/**
 * Of the stacks, those that have to do with a function: through itself, or through who was seen calling it (what is
 * stored is often made before). All of them where the function is on none.
 */
export function stacksAround(
  stacks: readonly LiveStack[],
  isIt: (frame: ProfileFrame) => boolean,
): readonly LiveStack[] {
  const callers = new Set<string>();
  for (const { frames } of stacks) {
    const caller = frames[frames.findLastIndex(isIt) + 1];
    if (caller && frames.some(isIt) && caller.functionName) callers.add(frameKey(caller));
  }
  const around = stacks.filter(({ frames }) =>
    frames.some((frame) => isIt(frame) || callers.has(frameKey(frame))),
  );
  return around.length ? around : stacks;
}

/** Which functions call those of a name (constructors, by the class's) on the stacks. */
export function callersOf(
  stacks: readonly LiveStack[],
  names: readonly string[],
): Map<string, readonly Place[]> {
  const callers = new Map<string, Map<string, Place>>();
  for (const { frames } of stacks) {
    for (const [at, caller] of frames.slice(1).entries()) {
      const name = frames[at].functionName;
      if (!names.includes(name)) continue;
      let places = callers.get(name);
      if (!places) {
        places = new Map();
        callers.set(name, places);
      }
      places.set(frameKey(caller), framePlace(caller));
    }
  }
  return new Map([...callers].map(([name, places]) => [name, [...places.values()]]));
}

/** Where its function is written. */
export function framePlace(frame: ProfileFrame): Place {
  return { scriptId: Number(frame.scriptId), line0: frame.lineNumber, column0: frame.columnNumber };
}

/** Whether a frame is of a function in that script, by its name: `add` for `AgentMemory.add`. */
export function isFrameOf(frame: ProfileFrame, scriptId: number, functionName = ''): boolean {
  const name = simpleName(functionName);
  return name !== '' && Number(frame.scriptId) === scriptId && simpleName(frame.functionName) === name;
}

/** `add` of `AgentMemory.add`, `async add`, `#add`. */
export function simpleName(functionName: string): string {
  return /[\w$]+$/.exec(functionName)?.[0] ?? '';
}

function frameKey(frame: ProfileFrame): string {
  return `${frame.scriptId}:${frame.lineNumber}:${frame.columnNumber}`;
}
