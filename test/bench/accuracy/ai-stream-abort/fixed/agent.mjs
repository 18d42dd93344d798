// A chat service: answers are streamed, and stopped when the server shuts down.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { simulateReadableStream, streamText } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';

const usage = { inputTokens: { total: 5 }, outputTokens: { total: 5 } };
const model = new MockLanguageModelV3({
  doStream: async () => ({
    stream: simulateReadableStream({
      chunks: [
        { type: 'text-start', id: '1' },
        ...Array.from({ length: 8 }, (_, i) => ({ type: 'text-delta', id: '1', delta: `word ${i} ` })),
        { type: 'text-end', id: '1' },
        { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
      ],
    }),
  }),
});
const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);
process.once('SIGTERM', () => shutdown.abort());

async function chat(question) {
  const result = streamText({
    model,
    messages: [{ role: 'user', content: question.repeat(20) }],
    abortSignal: shutdown.signal, // leak: user
  });
  let text = '';
  for await (const part of result.textStream) text += part;
  return text;
}

for (let step = 1; step <= 120; step++) {
  for (let i = 0; i < 2; i++) await chat(`question ${step}-${i} `);
  model.doStreamCalls.length = 0;
  console.log(`step ${step} done`);
  await sleep(30);
}
process.exit(0);
