import { callsOf, noteCall } from './usage.mjs';

class Model {
  constructor(name) {
    this.name = name;
  }

  async complete(prompt) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { text: `${this.name} says yes`, tokens: prompt.length };
  }
}

const models = [new Model('small'), new Model('large')];

for (let n = 0; n < 2600; n++) {
  const model = models[n % 5 === 0 ? 1 : 0];
  const { tokens } = await model.complete(`Is ${n} enough?`);
  noteCall(model, { tokens, prompt: `Is ${n} enough?`, at: Date.now() });
  if (n % 20 === 19) console.log(`step ${n + 1}`);
}
if (!callsOf(models[0])) throw new Error('no calls');
