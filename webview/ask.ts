/** Questions of a page to the engine, and the answers as they come. */

import type { HeapQuestions } from '../src/protocol/heap-rows.ts';
import type { EditorToPanel, PanelToEditor } from '../src/protocol/panel.ts';

/** Which snapshot is asked: by number in the page's recording; absent, the file that the page is about. */
export interface Asked {
  snapshot?: number;
  /** An earlier one to compare with. */
  against?: number;
}

/** Asks the engine of a snapshot. Fails with an Error whose message is for the reader. */
export type Ask = <K extends keyof HeapQuestions>(
  question: K,
  params: HeapQuestions[K]['params'],
  of?: Asked,
) => Promise<HeapQuestions[K]['result']>;

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** Gives every question a number, by which its answer is known. */
export class Asker {
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor(private readonly post: (message: PanelToEditor) => void) {}

  readonly ask: Ask = (question, params, of = {}) =>
    new Promise((resolve, reject) => {
      this.last++;
      this.waiting.set(this.last, { resolve, reject });
      this.post({ type: 'ask', id: this.last, question, params, ...of });
    });

  receive({ id, result, error }: Extract<EditorToPanel, { type: 'answer' }>): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) waiting?.reject(new Error(error.hint ? `${error.message} ${error.hint}` : error.message));
    else waiting?.resolve(result as never);
  }
}
