/** Agents as people write them, on real packages: nothing here knows of Heapline but `told`. */
import { tracingChannel } from 'node:diagnostics_channel';
import http from 'node:http';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { SimpleChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage } from '@langchain/core/messages';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool as langTool } from '@langchain/core/tools';
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { z } from 'zod';
import { startModel } from './model.mjs';

const baseURL = await startModel();
const openai = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
const ask = (content, more = {}) =>
  openai.chat.completions.create({ model: 'plain', messages: [{ role: 'user', content }], ...more });

/** Two turns, the second one streamed, a third given up midway. */
async function plain() {
  await ask('hello');
  for await (const _ of await ask('hello', { stream: true }));
  const controller = new AbortController();
  const stream = await ask('hello', { stream: true, model: 'given-up' }, { signal: controller.signal });
  for await (const _ of stream) stream.controller.abort();
}

async function vercel() {
  const provider = createOpenAICompatible({ name: 'fake', baseURL, apiKey: 'none' });
  const tools = {
    lookup: tool({
      description: 'd',
      inputSchema: z.object({ q: z.string() }),
      execute: async () => 'found',
    }),
  };
  const asked = { tools, stopWhen: stepCountIs(5), prompt: 'hello' };
  await Promise.all(['v1', 'v2'].map((model) => generateText({ model: provider(model), ...asked })));
  const { textStream } = streamText({ model: provider('v3'), ...asked });
  for await (const _ of textStream);
}

async function langGraph() {
  const lookup = langTool(async () => 'found', {
    name: 'lookup',
    description: 'd',
    schema: z.object({ q: z.string() }),
  });
  const tools = [{ type: 'function', function: { name: 'lookup', parameters: {} } }];
  const agent = async ({ messages }) => {
    const role = messages.at(-1).getType() === 'tool' ? 'tool' : 'user';
    const answer = await openai.chat.completions.create({
      model: 'graph',
      messages: [{ role, content: 'hello', tool_call_id: 'x' }],
      tools,
    });
    const { content, tool_calls = [] } = answer.choices[0].message;
    const calls = tool_calls.map((call) => ({ id: call.id, name: call.function.name, args: { q: 'x' } }));
    return { messages: [new AIMessage({ content: content ?? '', tool_calls: calls })] };
  };
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('agent', agent)
    .addNode('tools', new ToolNode([lookup]))
    .addEdge(START, 'agent')
    .addConditionalEdges('agent', ({ messages }) =>
      messages.at(-1).tool_calls?.length ? 'tools' : '__end__',
    )
    .addEdge('tools', 'agent')
    .compile();
  const turn = (thread_id) =>
    graph.invoke({ messages: [{ role: 'user', content: 'hello' }] }, { configurable: { thread_id } });
  await Promise.all(
    ['g1', 'g2', 'g3'].map(async (id) => {
      await turn(id);
      await turn(id);
    }),
  );
}

/** A model of LangChain's behind something else, as prompts are: by itself, and in a graph's node. */
async function sequences() {
  class Asks extends SimpleChatModel {
    _llmType() {
      return 'asks';
    }
    async _call() {
      return (await ask('hello', { model: 'asked' })).choices[0].message.content;
    }
  }
  const sequence = RunnableLambda.from((said) => said).pipe(new Asks({}));
  await sequence.invoke('hello');
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('agent', async ({ messages }) => ({ messages: [await sequence.invoke(messages)] }))
    .addEdge(START, 'agent')
    .compile();
  await graph.invoke({ messages: ['hello'] }, { configurable: { thread_id: 'q1' } });
}

function server() {
  const made = new McpServer({ name: 's', version: '1' });
  const add = async ({ a }) => ({ content: [{ type: 'text', text: `${'x'.repeat(100_000)}${a}` }] });
  made.registerTool('add', { inputSchema: { a: z.number() } }, add);
  return made;
}

async function mcp() {
  const local = new Client({ name: 'c', version: '1' });
  await local.connect(
    new StdioClientTransport({ command: process.execPath, args: [process.argv[1], 'serve'] }),
  );
  await local.listTools();
  for (let a = 0; a < 2; a++) await local.callTool({ name: 'add', arguments: { a } });
  await local.close();
  const far = http.createServer(async (request, response) => {
    const [made, transport] = [
      server(),
      new StreamableHTTPServerTransport({ sessionIdGenerator: undefined }),
    ];
    response.on('close', () => made.close());
    await made.connect(transport);
    await transport.handleRequest(request, response);
  });
  await new Promise((resolve) => far.listen(0, '127.0.0.1', resolve));
  const remote = new Client({ name: 'c', version: '1' });
  const url = new URL(`http://127.0.0.1:${far.address().port}/mcp`);
  await remote.connect(new StreamableHTTPClientTransport(url));
  await remote.callTool({ name: 'add', arguments: { a: 1 } });
  await remote.close();
  far.close();
  far.closeAllConnections();
}

/** Two at the same time, each a conversation that the caller names; over `node:http`, as older clients do. */
async function served() {
  const model = new URL(`${baseURL}/chat/completions`);
  const agent = http.createServer(async (_, response) => {
    for (let turn = 0; turn < 2; turn++)
      await new Promise((resolve) => {
        const request = http.request(model, { method: 'POST' }, (answer) =>
          answer.resume().on('end', resolve),
        );
        request.end(JSON.stringify({ model: 'served', messages: [] }));
      });
    response.end('done');
  });
  await new Promise((resolve) => agent.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${agent.address().port}/ask`;
  await Promise.all(
    ['h1', 'h2'].map(async (id) => (await fetch(url, { headers: { 'x-session-id': id } })).text()),
  );
  agent.close();
  agent.closeAllConnections();
}

async function traced() {
  const provider = new BasicTracerProvider();
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  // As it is looked for while the program runs.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const tracer = trace.getTracer('agent');
  const span = (name, attributes, work) =>
    tracer.startActiveSpan(name, { attributes }, async (open) => {
      await work();
      open.end();
    });
  const agent = (id) => ({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'desk',
    'gen_ai.conversation.id': id,
  });
  const search = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' };
  await Promise.all(
    ['o1', 'o2'].map((id) =>
      span('invoke_agent desk', agent(id), async () => {
        await ask('hello', { model: 'traced' });
        await span('execute_tool search', search, async () => {});
      }),
    ),
  );
}

async function told() {
  const session = tracingChannel('heapline.session');
  const step = tracingChannel('heapline.step');
  await Promise.all(
    ['t1', 't2'].map((id) =>
      session.tracePromise(
        async () => {
          for (const name of ['first', 'second'])
            await step.tracePromise(async () => void (await ask('hello', { model: 'told' })), { name });
        },
        { id },
      ),
    ),
  );
}

const agents = { plain, vercel, langGraph, sequences, mcp, served, traced, told };
if (process.argv[2] === 'serve') {
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
  await server().connect(new StdioServerTransport());
} else {
  for (const [name, agent] of Object.entries(agents)) {
    await agent();
    console.log(name);
  }
}
