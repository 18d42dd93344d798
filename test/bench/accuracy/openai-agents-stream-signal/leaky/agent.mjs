// A server answers each request by an agent of its own; shutting down stops those that still stream.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, Runner, setTracingDisabled } from '@openai/agents-core';

setTracingDisabled(true);

class LocalModel {
  async getResponse() {
    throw new Error('only streams');
  }

  async *getStreamedResponse({ input }) {
    await sleep(1);
    const question = typeof input === 'string' ? input : JSON.stringify(input[0].content);
    const text = `As to ${question}: it depends. `.repeat(8);
    for (const delta of text.split('. ')) yield { type: 'output_text_delta', delta };
    yield {
      type: 'response_done',
      response: {
        id: 'response',
        usage: { requests: 1, inputTokens: 9, outputTokens: 40, totalTokens: 49 },
        output: [
          { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text }] },
        ],
      },
    };
  }
}

const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);
process.once('SIGTERM', () => shutdown.abort());
const runner = new Runner({ modelProvider: { getModel: () => new LocalModel() } });

async function handle(request) {
  const agent = new Agent({ name: `helper for ${request.user}`, instructions: `Be kind to ${request.user}.` });
  const result = await runner.run(agent, request.text, { stream: true, signal: shutdown.signal }); // leak: user
  let length = 0;
  for await (const event of result) if (event.type === 'raw_model_stream_event') length++;
  await result.completed;
  return length;
}

for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 2; i++) await handle({ user: `user ${step}-${i}`, text: `question ${step}-${i}` });
  console.log(`step ${step} done`);
  await sleep(25);
}
