import { BatchExporter } from './exporter.mjs';

const exporter = new BatchExporter(1300);

async function act(n) {
  const span = { name: `act ${n}`, begun: Date.now(), events: [] };
  await new Promise((resolve) => setTimeout(resolve, 1));
  for (let i = 0; i < 8; i++) span.events.push({ at: Date.now(), text: `event ${i} of ${n}` });
  exporter.add(span);
}

for (let n = 0; n < 6000; n += 4) {
  await Promise.all([act(n), act(n + 1), act(n + 2), act(n + 3)]);
  if (n % 60 === 0) console.log(`step ${n}`);
}
await exporter.flush();
console.log(`${exporter.sent} spans sent`);
