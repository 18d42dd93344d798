/**
 * A stand-in for a model: serves OpenAI's chat API on loopback, JSON or streamed, with tool calls.
 * A process of its own, so that its memory is not the agent's. Sends its port to the process that forked it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatChunk, ChatCompletion, ChatRequest, Message } from './chat.ts';
import { prose } from './text.ts';

let served = 0;

function answerTo(request: ChatRequest): Message {
  served++;
  const last = request.messages.at(-1);
  if (request.response_format?.type === 'json_object') {
    const plan = { tasks: [`look into ${prose(served, 120)}`], reply: prose(served + 1, 300) };
    return { role: 'assistant', content: JSON.stringify(plan) };
  }
  if (request.tools?.length && last?.role !== 'tool') {
    const tool = request.tools[served % request.tools.length];
    const call = { name: tool.function.name, arguments: JSON.stringify({ query: prose(served, 60) }) };
    return {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: `call_${served}`, type: 'function', function: call }],
    };
  }
  return { role: 'assistant', content: prose(served, 3600) };
}

function stream(response: ServerResponse, message: Message): void {
  const id = `chatcmpl-${served}`;
  const send = (
    delta: ChatChunk['choices'][0]['delta'],
    finish: ChatChunk['choices'][0]['finish_reason'] = null,
  ): void => {
    const chunk: ChatChunk = { id, choices: [{ index: 0, delta, finish_reason: finish }] };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  send({ role: 'assistant', content: null });
  if (message.tool_calls) {
    send({ tool_calls: message.tool_calls.map((call, index) => ({ ...call, index })) });
    send({}, 'tool_calls');
  } else {
    const text = message.content ?? '';
    for (let at = 0; at < text.length; at += 240) send({ content: text.slice(at, at + 240) });
    send({}, 'stop');
  }
  response.end('data: [DONE]\n\n');
}

function complete(response: ServerResponse, message: Message): void {
  const completion: ChatCompletion = {
    id: `chatcmpl-${served}`,
    choices: [{ index: 0, message, finish_reason: message.tool_calls ? 'tool_calls' : 'stop' }],
    usage: { prompt_tokens: 900, completion_tokens: 400, total_tokens: 1300 },
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(completion));
}

async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  incoming.setEncoding('utf8');
  let body = '';
  for await (const chunk of incoming) body += chunk;
  if (incoming.url !== '/v1/chat/completions') {
    response.writeHead(204).end();
    return;
  }
  const request = JSON.parse(body) as ChatRequest;
  const message = answerTo(request);
  if (request.stream) stream(response, message);
  else complete(response, message);
}

const server = createServer((incoming, response) => {
  serve(incoming, response).catch((error: Error) => response.destroy(error));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group: the agent decides when its model goes.
process.on('SIGINT', () => {});
