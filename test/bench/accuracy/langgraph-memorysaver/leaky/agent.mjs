// Each conversation is a thread of one graph, checkpointed in memory.
import { setTimeout as sleep } from 'node:timers/promises';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';

const checkpointer = new MemorySaver();
const graph = new StateGraph(MessagesAnnotation)
  .addNode('model', ({ messages }) => ({
    messages: [new AIMessage(`You asked: ${messages.at(-1).content}`)],
  }))
  .addEdge(START, 'model')
  .addEdge('model', END)
  .compile({ checkpointer }); // leak: user

async function converse(id) {
  const config = { configurable: { thread_id: `conversation-${id}` } };
  const out = await graph.invoke({ messages: [new HumanMessage(`question ${id}`)] }, config); // leak: user
  if (out.messages.length !== 2) throw new Error('no answer');
}

for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 3; i++) await converse(`${step}-${i}`);
  console.log(`step ${step} done`);
  await sleep(30);
}
