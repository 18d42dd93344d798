import type { FindingKind } from '../protocol/findings.ts';
import { unticked } from '../protocol/wording.ts';

/** What the field does about each kind of growth, most to the point first. */
export function adviceFor(kind: FindingKind, name: string): string[] {
  const it = `\`${unticked(name)}\``;
  switch (kind) {
    case 'map':
    case 'dictionary':
      return [
        `Delete entries from ${it} when their session, request or tool is done.`,
        'As a cache: bound it (LRU with a maximum size, or a TTL), and close what is evicted.',
        'Check the key: one that never repeats (a request id, a serialised config) makes every entry new.',
        'Where the key is an object that others own, a WeakMap lets the entry go with it.',
      ];
    case 'set':
      return [
        `Delete members from ${it} when they are done, on failure too (finally).`,
        'Where members are owned elsewhere, a WeakSet, or WeakRefs, will not keep them.',
      ];
    case 'array':
      return [
        `Bound ${it}: keep a sliding window of the latest entries, and a summary of what falls out (compaction).`,
        'If it is a queue or log, drain it, or flush it to disk.',
      ];
    case 'listeners':
      return [
        'Remove the listener when its work is done: removeEventListener / off, or { once: true }. Raising the maximum with setMaxListeners only hides it.',
        'Give each piece of work an AbortController of its own and pass { signal }; let it follow the long-lived signal with AbortSignal.any, or unhook it in finally.',
      ];
    case 'timers':
      return ['Clear the timer (clearInterval, clearTimeout) when its owner is done, in finally or dispose.'];
    case 'promise-chain':
      return [
        'Each link keeps what came before: do not chain onto one promise forever; await in a loop, or start afresh when the queue is empty.',
        'A promise that never settles keeps its reactions: give it a timeout or reject it on close.',
      ];
    case 'linked-list':
      return [`Cut the list: drop old links of ${it}, or keep only the last few.`];
    case 'closure':
      return [
        `A closure keeps ${it} for as long as the function itself is kept: clear it, or make it local to the call.`,
      ];
    case 'external-memory':
      return [
        'This memory is outside the JavaScript heap: free it by hand where the package offers it (free(), close(), dispose(), delete()).',
        'Make the object once and use it again, rather than for each call.',
        'Keep small copies (Buffer.from(slice)) rather than views of large buffers.',
      ];
    case 'processes':
      return [
        `End ${it} when the work is done, on failure too: await client.close() or transport.close(), child.kill(), worker.terminate(), in finally or \`await using\`.`,
        'Or start a fixed number once, and share them.',
      ];
    case 'string':
      return ['Do not append to one string forever: write it out, or keep the last part only.'];
    default:
      return [`Evict from ${it} what is done with, or cap how much it may hold.`];
  }
}
