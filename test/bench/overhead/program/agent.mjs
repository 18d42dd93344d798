/**
 * `agent.mjs cpu|io URL`: an agent on LangGraph. For each line that it reads it does the same work again, and prints
 * what that took: milliseconds, and CPU milliseconds of the process. `cpu`: one conversation whose tool reads a
 * document, so that it waits for next to nothing; `io`: eight at the same time that mostly wait for the model.
 */
import { createInterface } from 'node:readline';
import { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import OpenAI from 'openai';
import { z } from 'zod';

const [kind, baseURL] = process.argv.slice(2);
const openai = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
const [conversations, turns] = kind === 'cpu' ? [1, 40] : [8, 6];

/** As much of a document as an agent's tool reads: its words counted, the sentences that matter most put together. */
const document = Array.from(
  { length: 20_000 },
  (_, i) => `${(i * 7919).toString(36)} is told in sentence ${i} of ${(i * 31).toString(36)}.`,
).join(' ');
function read(q) {
  if (kind === 'io') return q;
  const counts = new Map();
  for (const word of document.split(/\W+/)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const weigh = (text) => text.split(' ').reduce((sum, word) => sum + 1 / (counts.get(word) ?? 1), 0);
  return document
    .split('. ')
    .map((text) => ({ text, weight: weigh(text) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 5)
    .map(({ text }) => text)
    .join('. ');
}

const lookup = tool(async ({ q }) => read(q), {
  name: 'lookup',
  description: 'Reads the document',
  schema: z.object({ q: z.string() }),
});
const tools = [{ type: 'function', function: { name: 'lookup', parameters: {} } }];
async function agent({ messages }) {
  const role = messages.at(-1).getType() === 'tool' ? 'tool' : 'user';
  const answer = await openai.chat.completions.create({
    model: 'graph',
    messages: [{ role, content: 'hello', tool_call_id: 'x' }],
    tools,
  });
  const { content, tool_calls = [] } = answer.choices[0].message;
  const calls = tool_calls.map((call) => ({ id: call.id, name: call.function.name, args: { q: 'x' } }));
  return { messages: [new AIMessage({ content: content ?? '', tool_calls: calls })] };
}
const graph = new StateGraph(MessagesAnnotation)
  .addNode('agent', agent)
  .addNode('tools', new ToolNode([lookup]))
  .addEdge(START, 'agent')
  .addConditionalEdges('agent', ({ messages }) => (messages.at(-1).tool_calls?.length ? 'tools' : '__end__'))
  .addEdge('tools', 'agent')
  .compile();

async function converse(thread_id) {
  for (let turn = 0; turn < turns; turn++)
    await graph.invoke({ messages: [{ role: 'user', content: 'hello' }] }, { configurable: { thread_id } });
}

console.log('ready');
for await (const _ of createInterface({ input: process.stdin })) {
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: conversations }, (_, i) => converse(`thread-${i}`)));
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ ms: performance.now() - from, cpu: (user + system) / 1000 }));
}
