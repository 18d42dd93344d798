// Mails are answered one by one; in the morning more come than can be answered.
import { setTimeout as sleep } from 'node:timers/promises';

const inbox = [];
let answered = 0;

for (let step = 1; step <= 200; step++) {
  const coming = step <= 100 ? 14 : 3;
  for (let i = 0; i < coming; i++) inbox.push({ from: `user ${step}-${i}`, lines: [`question ${i}`, `at ${step}`] });
  for (let i = 0; i < 9 && inbox.length; i++) {
    const mail = inbox.shift();
    answered += mail.lines.length;
  }
  console.log(`step ${step} done`);
  await sleep(40);
}
console.log(`${answered} lines answered, ${inbox.length} mails left`);
