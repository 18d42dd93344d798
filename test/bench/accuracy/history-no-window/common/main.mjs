// A support chat that never ends: one user, one conversation, questions all day.
import { startFakeLLM } from './fake-llm.mjs';
import { ChatAgent } from './lib/agent.mjs';
import { ModelClient } from './lib/model.mjs';

const QUESTIONS = ['Where is my parcel?', 'Can I change the address?', 'Which plans are there?', 'Why was I charged twice?'];

const client = new ModelClient(await startFakeLLM({ delayMs: 2, answer: 'Your parcel left the depot this morning and arrives tomorrow.' }));
const agent = new ChatAgent(client, 'You answer for the parcel desk. Be brief and kind.');
for (let turn = 0; turn < 420; turn++) {
  const question = `${QUESTIONS[turn % QUESTIONS.length]} My number is ${100000 + turn}. ${'Please look closely. '.repeat(4 + (turn % 5))}`;
  const answer = await agent.ask(question);
  if (!answer.includes('parcel')) throw new Error('no answer');
  if (turn % 5 === 4) console.log(`step ${turn + 1} done`);
}
