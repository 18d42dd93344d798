// Tools fail at times: each call goes through a circuit breaker.
import { setTimeout as sleep } from 'node:timers/promises';
import CircuitBreaker from 'opossum';

class Toolbox {
  constructor(tools) {
    this.tools = tools;
  }

  async call(name, input) {
    const breaker = new CircuitBreaker(this.tools[name], { timeout: 1000, name }); // leak: user cause
    return breaker.fire(input);
  }
}

const toolbox = new Toolbox({
  async search({ query }) {
    await sleep(1);
    return { hits: [`first hit for ${query}`] };
  },
});

for (let step = 1; step <= 140; step++) {
  for (let i = 0; i < 2; i++) await toolbox.call('search', { query: `weather ${step}-${i}` });
  console.log(`step ${step} done`);
  await sleep(45);
}
process.exit(0);
