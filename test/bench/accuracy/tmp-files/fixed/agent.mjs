// A tool writes its script into a temporary file, runs it and deletes it.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import tmp from 'tmp';

function runScript(text) {
  const file = tmp.fileSync({ prefix: 'script-', discardDescriptor: true });
  writeFileSync(file.name, text);
  const lines = readFileSync(file.name, 'utf8').split('\n').length;
  file.removeCallback();
  return lines;
}

let lines = 0;
for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 6; i++) lines += runScript(`print(${step})\nprint(${i})\n`);
  console.log(`step ${step} done`);
  await sleep(40);
}
console.log(`${lines} lines ran`);
