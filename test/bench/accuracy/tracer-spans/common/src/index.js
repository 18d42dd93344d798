'use strict';
const { Tracer } = require('./tracer');
const { traced } = require('./traced-model');

const tracer = new Tracer();

/** Every third call is refused. */
async function model(prompt, n) {
  await new Promise((resolve) => setTimeout(resolve, n % 5));
  if (n % 3 === 0) throw new Error('429: slow down');
  return `ok: ${prompt.length}`;
}

async function main() {
  const ask = traced(tracer, model);
  let refused = 0;
  for (let n = 0; n < 1500; n++) {
    const prompt = `You are agent ${n}. ` + ['Plan.', 'Search.', 'Write.'].map((line) => `${line} Step ${n}.`).join(' ');
    await ask(prompt, n).catch(() => {
      refused++;
    });
    if (n % 15 === 14) console.log(`step ${n + 1}: ${refused} refused, ${tracer.exported} exported`);
  }
}

main();
