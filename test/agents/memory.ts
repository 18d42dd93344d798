/** What the desk remembers of its conversations. */
import type { Message } from './chat.ts';

export class Memory {
  private readonly messages: Message[] = [];
  private readonly window: number;

  /** @param window how many messages are kept */
  constructor(window: number) {
    this.window = window;
  }

  remember(message: Message): void {
    this.messages.push(message); // leak:history
    if (this.messages.length > this.window) this.messages.splice(0, this.messages.length - this.window);
  }

  /** The latest messages that fit into a prompt of `budget` characters, oldest first. */
  recall(budget: number): Message[] {
    const recalled: Message[] = [];
    let size = 0;
    for (let index = this.messages.length - 1; index >= 0; index--) {
      size += this.messages[index].content?.length ?? 0;
      if (size > budget) break;
      recalled.unshift(this.messages[index]);
    }
    return recalled;
  }
}
