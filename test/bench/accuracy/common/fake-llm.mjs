/** A model's API on loopback: OpenAI's chat completions, plain or streamed, and Anthropic's messages. */
import http from 'node:http';

/** @returns its base URL, without `/v1`. It does not keep the process alive. */
export async function startFakeLLM({ delayMs = 0, answer = 'The answer is forty two.' } = {}) {
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => { body += chunk; });
    request.on('end', () => setTimeout(() => reply(request.url, body ? JSON.parse(body) : {}, response, answer), delayMs));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${server.address().port}`;
}

function reply(url, { model = 'fake', stream }, response, answer) {
  const send = (value) => response.end(JSON.stringify(value));
  const type = stream ? 'text/event-stream' : 'application/json';
  response.writeHead(200, { 'content-type': type });
  if (url.endsWith('/messages')) {
    return send({ id: 'msg_1', type: 'message', role: 'assistant', model, stop_reason: 'end_turn',
      content: [{ type: 'text', text: answer }], usage: { input_tokens: 10, output_tokens: 6 } });
  }
  const head = { id: 'chatcmpl-1', created: 1, model };
  if (!stream) {
    return send({ ...head, object: 'chat.completion', usage: { prompt_tokens: 10, completion_tokens: 6, total_tokens: 16 },
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: answer } }] });
  }
  for (const word of answer.split(/(?<= )/)) chunk({ role: 'assistant', content: word }, null);
  chunk({}, 'stop');
  response.end('data: [DONE]\n\n');
  function chunk(delta, finish_reason) {
    const value = { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] };
    response.write(`data: ${JSON.stringify(value)}\n\n`);
  }
}
