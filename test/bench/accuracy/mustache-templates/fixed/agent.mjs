// Prompts are put together from the user's own wording, and filled in.
import { setTimeout as sleep } from 'node:timers/promises';
import Mustache from 'mustache';

// Prompts are rendered once each.
Mustache.templateCache = undefined;

function prompt(task, facts) {
  const template = `You are asked: ${task}\n{{#facts}}- {{text}} ({{source}})\n{{/facts}}Answer in {{language}}.`;
  return Mustache.render(template, { facts, language: 'English' });
}

let length = 0;
for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 5; i++) {
    const facts = [{ text: `fact ${i}`, source: 'memory' }];
    length += prompt(`what was said in turn ${step}, part ${i}?`, facts).length;
  }
  console.log(`step ${step} done`);
  await sleep(40);
}
console.log(`${length} characters`);
