/** What the agent remembers of its conversation. */
export class AgentMemory {
  messages = [];

  remember(message) {
    this.messages.push(message);
  }

  /** The latest messages: what goes into the next prompt. */
  recall(count) {
    return this.messages.slice(-count);
  }
}
