// A long session is one trace; every turn is a run below it, and the session's run is brought up to date each turn.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, RunTree } from 'langsmith';

class Recorder extends Client {
  async createRun() {}
  async updateRun() {}
}

const client = new Recorder({ apiKey: 'none', apiUrl: 'http://127.0.0.1:9', autoBatchTracing: false });
const session = new RunTree({ name: 'session', run_type: 'chain', client, tracingEnabled: true });
await session.postRun();

async function turn(question) {
  const run = session.createChild({ name: 'turn', run_type: 'llm', inputs: { question } }); // leak: user
  await run.postRun();
  await run.end({ answer: `an answer to ${question}`.repeat(4) });
  await run.patchRun();
  await session.patchRun();
}

for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 4; i++) await turn(`question ${step}-${i}`);
  console.log(`step ${step} done`);
  await sleep(40);
}
process.exit(0);
