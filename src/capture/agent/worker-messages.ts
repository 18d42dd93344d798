/** How often workers are spoken to: no channel of Node's tells it, so their common `postMessage` counts, and calls through. */
import type { Worker } from 'node:worker_threads';

export interface MessageCounts {
  sentTo(worker: Worker): number;
  stop(): void;
}

type Post = Worker['postMessage'];

/** @param prototype of all workers */
export function countMessages(prototype: Worker): MessageCounts {
  const counts = new WeakMap<object, number>();
  const before = Object.getOwnPropertyDescriptor(prototype, 'postMessage');
  const post = before?.value as Post | undefined;
  const sentTo = (worker: Worker): number => counts.get(worker) ?? 0;
  if (!before?.configurable || typeof post !== 'function') return { sentTo, stop() {} };
  const { apply } = Reflect;
  let counting = true;
  // As a method: it can't be called with `new`, as little as the one that it stands for.
  const { postMessage } = {
    postMessage(this: Worker, ...args: Parameters<Post>): void {
      if (counting && typeof this === 'object' && this !== null)
        counts.set(this, (counts.get(this) ?? 0) + 1);
      apply(post, this, args);
    },
  };
  Object.defineProperty(postMessage, 'length', { value: post.length, configurable: true });
  Object.defineProperty(prototype, 'postMessage', { ...before, value: postMessage });
  return {
    sentTo,
    stop() {
      counting = false;
      // Who wrapped it after us has ours within.
      if (prototype.postMessage === postMessage) Object.defineProperty(prototype, 'postMessage', before);
    },
  };
}
