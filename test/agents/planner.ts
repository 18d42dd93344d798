/** Turns a request into tasks. */
import type { Message } from './chat.ts';
import type { LlmClient } from './llm.ts';

export interface Plan {
  tasks: string[];
  /** What the customer is told first. */
  reply: string;
}

export class Planner {
  private readonly llm: LlmClient;

  constructor(llm: LlmClient) {
    this.llm = llm;
  }

  async plan(request: string, context: Message[]): Promise<Plan> {
    return this.llm.askForJson<Plan>([
      { role: 'system', content: 'Plan the work on this request: {"tasks": [...], "reply": "..."}.' },
      ...context,
      { role: 'user', content: request },
    ]);
  }
}
