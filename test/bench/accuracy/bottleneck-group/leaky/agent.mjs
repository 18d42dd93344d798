// A rate limit for each user.
import { setTimeout as sleep } from 'node:timers/promises';
import Bottleneck from 'bottleneck';

const limits = new Bottleneck.Group({ maxConcurrent: 2, timeout: 60 * 60 * 1000 });

async function complete(user, prompt) {
  const limit = limits.key(user); // leak: user
  return limit.schedule(async () => `${user} asked ${prompt}`);
}

for (let step = 1; step <= 140; step++) {
  for (let i = 0; i < 2; i++) await complete(`user-${step}-${i}`, 'what now?');
  console.log(`step ${step} done`);
  await sleep(40);
}
process.exit(0);
