import { toolFor } from './tools.mjs';

const asked = Array.from({ length: 700 }, (_, n) => Math.min(35, Math.floor(Math.sqrt(n) * 1.7)));

for (const [n, number] of asked.entries()) {
  const tool = await toolFor(number);
  if (tool.run(n) === undefined) throw new Error('no result');
  await new Promise((resolve) => setTimeout(resolve, 9));
  if (n % 5 === 4) console.log(`step ${n + 1}`);
}
