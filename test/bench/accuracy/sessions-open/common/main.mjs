// A tool server and the agents that use it, over HTTP on loopback.
import http from 'node:http';
import { ToolServer } from './server.mjs';

const tools = new ToolServer();
const port = await tools.listen();
const keepAlive = new http.Agent({ keepAlive: true, maxSockets: 4 });

function call(path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method: 'POST', agent: keepAlive }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('end', () => resolve(JSON.parse(text)));
    });
    request.on('error', reject).end(JSON.stringify(body));
  });
}

async function client(number) {
  const { session } = await call('/hello', { name: `agent-${number}`, capabilities: ['search', 'files'] });
  for (const q of ['weather', 'news']) {
    const { hits } = await call('/call', { session, tool: 'search', q });
    if (hits.length !== 3) throw new Error('bad hits');
  }
}

for (let number = 0; number < 520; number++) {
  await client(number);
  await new Promise((resolve) => setTimeout(resolve, 6));
  if (number % 4 === 0) console.log(`step ${number}`);
}
keepAlive.destroy();
tools.close();
