// Answers are rendered by the template of their kind; kinds are seldom or frequent.
import { setTimeout as sleep } from 'node:timers/promises';
import Handlebars from 'handlebars';

const sources = Array.from({ length: 120 }, (_, n) => `<h1>{{title}}</h1>{{#each rows}}<p class="kind-${n}">{{this.name}}: {{this.value}}</p>{{else}}nothing of kind ${n}{{/each}}`);
const compiled = new Map();

function render(kind, data) {
  let template = compiled.get(kind);
  if (!template) compiled.set(kind, (template = Handlebars.compile(sources[kind])));
  return template(data);
}

let seed = 5;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
let length = 0;
for (let step = 1; step <= 170; step++) {
  for (let i = 0; i < 8; i++) {
    const kind = Math.floor(random() ** 2 * sources.length);
    length += render(kind, { title: `answer ${step}`, rows: [{ name: 'n', value: i }] }).length;
  }
  console.log(`step ${step} done`);
  await sleep(40);
}
console.log(`${length} characters`);
