/** Questions of a page to the engine, and the answers as they come. */

import type { ProgressReading } from '../src/base/progress.ts';
import type { HeapQuestions } from '../src/protocol/heap-rows.ts';
import type { EditorToPanel, PanelToEditor } from '../src/protocol/panel.ts';

/** Which snapshot is asked: by number in the page's recording; absent, the file that the page is about. */
export interface Asked {
  snapshot?: number;
  /** An earlier one to compare with. */
  against?: number;
  /** Of the two that are compared, the earlier one, beside the later. */
  earlier?: boolean;
}

export interface AskTask {
  signal?: AbortSignal;
  report?(reading: ProgressReading): void;
}

/** Asks the engine of a snapshot. Fails with an Error whose message is for the reader. */
export type Ask = <K extends keyof HeapQuestions>(
  question: K,
  params: HeapQuestions[K]['params'],
  of?: Asked,
  task?: AskTask,
) => Promise<HeapQuestions[K]['result']>;

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
  report?: AskTask['report'];
}

/** Gives every question a number, by which its answer is known. */
export class Asker {
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor(private readonly post: (message: PanelToEditor) => void) {}

  readonly ask: Ask = (question, params, of = {}, { signal, report } = {}) =>
    new Promise((resolve, reject) => {
      this.last++;
      const id = this.last;
      this.waiting.set(id, { resolve, reject, report });
      this.post({ type: 'ask', id, question, params, ...of });
      signal?.addEventListener('abort', () => {
        if (this.waiting.has(id)) this.post({ type: 'cancel-ask', id });
      });
    });

  progress({ id, reading }: Extract<EditorToPanel, { type: 'asked' }>): void {
    this.waiting.get(id)?.report?.(reading);
  }

  receive({ id, result, error }: Extract<EditorToPanel, { type: 'answer' }>): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) waiting?.reject(new Error(error.hint ? `${error.message} ${error.hint}` : error.message));
    else waiting?.resolve(result as never);
  }
}
