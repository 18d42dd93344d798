// A client of an MCP server for each conversation, over one connection that stays open.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

const server = new McpServer({ name: 'clock', version: '1.0.0' });
server.registerTool('now', { description: 'tells the time' }, () => ({
  content: [{ type: 'text', text: 'noon' }],
}));
const [near, far] = InMemoryTransport.createLinkedPair();
await server.connect(far);

async function converse(id) {
  const client = new Client({ name: `conversation-${id}`, version: '1.0.0' });
  await client.connect(near); // leak: user cause
  const { content } = await client.callTool({ name: 'now', arguments: {} });
  return content[0].text;
}

for (let step = 1; step <= 140; step++) {
  if ((await converse(step)) !== 'noon') throw new Error('no time');
  console.log(`step ${step} done`);
  await sleep(30);
}
