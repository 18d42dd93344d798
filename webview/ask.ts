import type { HeapQuestions } from '../src/protocol/heap-rows.ts';

/** Asks the engine of the snapshot that a page is about. Fails with an Error whose message is for the reader. */
export type AskHeap = <K extends keyof HeapQuestions>(
  question: K,
  params: HeapQuestions[K]['params'],
) => Promise<HeapQuestions[K]['result']>;
