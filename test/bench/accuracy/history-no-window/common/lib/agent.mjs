import { Conversation } from './conversation.mjs';

export class ChatAgent {
  constructor(client, system) {
    this.client = client;
    this.conversation = new Conversation(system);
  }

  async ask(question) {
    this.conversation.add('user', question);
    const answer = await this.client.complete(this.conversation.window());
    this.conversation.add('assistant', answer);
    return answer;
  }
}
