// An agent whose context is a window: what falls out is summed up in one line.
import { setTimeout as sleep } from 'node:timers/promises';

class Context {
  summary = '';
  messages = [];

  add(role, content) {
    this.messages.push({ role, content, tokens: content.split(' ').length });
    while (this.messages.length > 90) {
      const [oldest] = this.messages.splice(0, 1);
      this.summary = `${oldest.role} said ${oldest.tokens} words before`;
    }
  }
}

class Agent {
  context = new Context();
  lastRequest;

  async step(input) {
    this.context.add('user', input);
    this.lastRequest = { system: this.context.summary, messages: this.context.messages.map(({ role, content }) => ({ role, content })) };
    await sleep(5);
    this.context.add('assistant', `${input}: ${'that depends on much '.repeat(12)}`);
  }
}

const agent = new Agent();
for (let step = 1; step <= 180; step++) {
  await agent.step(`question ${step} about the trip to town ${step % 13}`);
  console.log(`step ${step} done`);
  await sleep(40);
}
