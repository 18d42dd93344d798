import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isSessionHeader,
  modelCall,
  modelIn,
  tokensIn,
  toolIn,
} from '../../../../src/capture/agent/model-calls.ts';

test('model calls are told by their path, whatever the host', () => {
  const calls: [string, string, string?][] = [
    ['/v1/chat/completions', 'chat'],
    ['/openai/deployments/my-gpt/chat/completions?api-version=2025-01-01', 'chat', 'my-gpt'],
    ['/api/v1/chat/completions', 'chat'],
    ['/v1/responses', 'responses'],
    ['/v1/embeddings', 'embeddings'],
    ['/v1/completions', 'completions'],
    ['/v1/messages', 'messages'],
    ['/v1/messages?beta=true', 'messages'],
    ['/v1beta/models/gemini-2.5-pro:generateContent?key=k', 'generateContent', 'gemini-2.5-pro'],
    [
      '/v1/projects/p/locations/l/publishers/google/models/gemini-x:streamGenerateContent?alt=sse',
      'generateContent',
      'gemini-x',
    ],
    ['/v1beta/models/text-embedding-004:batchEmbedContents', 'embeddings', 'text-embedding-004'],
    ['/model/anthropic.claude-3%3A0/converse-stream', 'converse', 'anthropic.claude-3:0'],
    ['/model/amazon.titan/invoke', 'invoke', 'amazon.titan'],
    ['/api/chat', 'chat'],
    ['/api/embed', 'embeddings'],
  ];
  for (const [path, name, model] of calls)
    assert.deepEqual(modelCall('POST', path), model === undefined ? { name } : { name, model }, path);
});

test('other requests are none', () => {
  for (const path of [
    '/',
    '/v1/models',
    '/v1/messages/batches',
    '/v1/messages/count_tokens',
    '/chat',
    '/v1/chat/completions/chatcmpl-1',
    '/users/7/messages',
    '/v1beta/models/gemini-x:countTokens',
    '/api/chats',
  ])
    assert.equal(modelCall('POST', path), undefined, path);
  assert.equal(modelCall('GET', '/v1/responses'), undefined);
});

test('headers that name a session', () => {
  for (const name of [
    'X-Session-Id',
    'session_id',
    'x-conversation-id',
    'thread-id',
    'x-claude-code-session-id',
  ])
    assert.ok(isSessionHeader(name), name);
  for (const name of ['x-request-id', 'session', 'x-obsession-ids', 'cookie'])
    assert.ok(!isSessionHeader(name), name);
});

test('the model at the front of a request', () => {
  assert.equal(modelIn('{"model":"gpt-5","messages":[{"role":"user","content":"Hi"'), 'gpt-5');
  assert.equal(modelIn('{"messages":[]'), undefined);
});

test('the tool that an MCP request calls', () => {
  assert.equal(
    toolIn('{"method":"tools/call","params":{"name":"add","arguments":{"name":"x"}},"id":2}'),
    'add',
  );
  assert.equal(
    toolIn('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"name":"x"}}}'),
    '',
  );
  const request = (params: object): string => JSON.stringify({ method: 'tools/call', params, id: 1 });
  const given = { arguments: { name: 'x', of: [{ name: 'y' }], text: '}"name":"z"{' } };
  assert.equal(toolIn(request({ _meta: { name: 'm' }, ...given, name: 'add' })), 'add');
  assert.equal(toolIn(`${request(given).slice(0, -1)},"name":"beside"}`), '');
  assert.equal(toolIn('{"method":"tools/list","jsonrpc":"2.0","id":1}'), undefined);
});

test('tokens of an answer, in each language', () => {
  const both = { inputTokens: 12, outputTokens: 7 };
  assert.deepEqual(tokensIn('"usage":{"prompt_tokens":12,"completion_tokens":7,"total_tokens":19}'), both);
  assert.deepEqual(tokensIn('"usage": {"input_tokens": 12, "output_tokens": 7}'), both);
  assert.deepEqual(tokensIn('"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":7}'), both);
  assert.deepEqual(tokensIn('"prompt_eval_count":12,"prompt_eval_duration":3,"eval_count":7'), both);
  assert.deepEqual(tokensIn('"usage":{"output_tokens":7}'), { outputTokens: 7 });
});
