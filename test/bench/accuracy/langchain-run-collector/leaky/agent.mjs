// The agent's runs are collected so that users can rate them.
import { setTimeout as sleep } from 'node:timers/promises';
import { RunnableLambda } from '@langchain/core/runnables';
import { RunCollectorCallbackHandler } from '@langchain/core/tracers/run_collector';

const plan = RunnableLambda.from(({ goal }) => ({
  goal,
  steps: [`read about ${goal}`, `write about ${goal}`],
}));
const act = RunnableLambda.from(({ goal, steps }) => ({ goal, report: `${steps.join('. ')}.` }));
const agent = plan.pipe(act);
const collector = new RunCollectorCallbackHandler(); // leak: cause

async function work(goal) {
  const { report } = await agent.invoke({ goal }, { callbacks: [collector] }); // leak: user
  const run = collector.tracedRuns.at(-1);
  return { report, rateAs: run.id };
}

for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 2; i++) if (!(await work(`goal ${step}-${i}`)).rateAs) throw new Error('no run');
  console.log(`step ${step} done`);
  await sleep(40);
}
