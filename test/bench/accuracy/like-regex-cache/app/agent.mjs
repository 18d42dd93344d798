// Rules are globs, compiled when they are first tried.
import { setTimeout as sleep } from 'node:timers/promises';

const compiled = Object.create(null);

function matches(glob, path) {
  compiled[glob] ??= new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
  return compiled[glob].test(path);
}

let seed = 17;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
let hits = 0;
for (let step = 1; step <= 180; step++) {
  for (let i = 0; i < 25; i++) {
    const n = Math.floor(random() ** 2 * 500);
    if (matches(`src/part-${n}/*.test.ts`, `src/part-${n}/file-${step}.test.ts`)) hits++;
  }
  console.log(`step ${step} done`);
  await sleep(40);
}
console.log(`${hits} hits`);
