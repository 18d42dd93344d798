/** A model on loopback that speaks as OpenAI does: asked with tools it calls one, asked after a tool it is done. */
import http from 'node:http';
export async function startModel({ delayMs = 5 } = {}) {
  let n = 0;
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => setTimeout(() => reply(body ? JSON.parse(body) : {}, response, ++n), delayMs));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${server.address().port}/v1`;
}
function reply({ model, stream, tools, messages = [] }, response, n) {
  const used = messages.at(-1)?.role === 'tool';
  const call = tools && !used;
  const usage = { prompt_tokens: 10, completion_tokens: 6, total_tokens: 16 };
  const tool_calls = call
    ? [{ index: 0, id: `call_${n}`, type: 'function', function: { name: 'lookup', arguments: '{"q":"x"}' } }]
    : undefined;
  const head = { id: `chatcmpl-${n}`, created: 1, model };
  response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
  if (!stream)
    return response.end(
      JSON.stringify({
        ...head,
        object: 'chat.completion',
        usage,
        choices: [
          {
            index: 0,
            finish_reason: call ? 'tool_calls' : 'stop',
            message: { role: 'assistant', content: call ? null : 'done', tool_calls },
          },
        ],
      }),
    );
  const chunk = (delta, finish_reason = null, more = {}) =>
    response.write(
      `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }], ...more })}\n\n`,
    );
  chunk(call ? { role: 'assistant', tool_calls } : { role: 'assistant', content: 'do' });
  setTimeout(() => {
    if (!call) chunk({ content: 'ne' });
    chunk({}, call ? 'tool_calls' : 'stop', { usage });
    response.end('data: [DONE]\n\n');
  }, 300);
}
