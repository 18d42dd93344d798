// An agent on Anthropic's API; one signal stops it.
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';

const api = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: 'Yes.' }],
      }),
    );
  });
});
await new Promise((done) => api.listen(0, '127.0.0.1', done));
const client = new Anthropic({ apiKey: 'none', baseURL: `http://127.0.0.1:${api.address().port}` });
const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);
process.once('SIGTERM', () => shutdown.abort());

async function ask(question) {
  const message = await client.messages.create(
    { model: 'claude-3-5-haiku-latest', max_tokens: 100, messages: [{ role: 'user', content: question }] },
    { signal: shutdown.signal }, // leak: user
  );
  return message.content[0].text;
}

for (let step = 1; step <= 140; step++) {
  for (let i = 0; i < 2; i++)
    if ((await ask(`Is ${step} more than ${i}?`)) !== 'Yes.') throw new Error('no answer');
  console.log(`step ${step} done`);
  await sleep(30);
}
process.exit(0);
