import { ResearchAgent } from './agent';
import { runHooks } from './shutdown';

const topics = ['wind', 'water', 'light', 'sound', 'heat'];

async function research(number: number): Promise<string> {
  const agent = new ResearchAgent(topics[number % topics.length]);
  for (let round = 0; round < 5; round++) await agent.read(`source ${number}.${round}`);
  return agent.finish();
}

for (let number = 0; number < 1100; number += 2) {
  const reports = await Promise.all([research(number), research(number + 1)]);
  if (reports.some((report) => !report)) throw new Error('empty report');
  if (number % 10 === 0) console.log(`step ${number}`);
}
await runHooks();
