// Metrics of an agent service.
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Histogram, register } from 'prom-client';

const tokens = new Counter({ name: 'tokens_total', help: 'Tokens used', labelNames: ['model'] });
const seconds = new Histogram({ name: 'turn_seconds', help: 'Duration of a turn', labelNames: ['model'] });

function account(_conversation, used) {
  tokens.inc({ model: 'small' }, used);
  seconds.observe({ model: 'small' }, used / 100);
}

for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 10; i++) account(`conversation-${step}-${i}`, 100 + i);
  if (step % 40 === 0) await register.getMetricsAsJSON();
  console.log(`step ${step} done`);
  await sleep(40);
}
