// Load rises for two thirds of the run; the pool of connections rises with it, to its limit.
import { Agent, createServer, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const server = createServer((req, res) => setTimeout(() => res.end('{"ok":true}'), 15));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 64 });

const call = (path) =>
  new Promise((resolve, reject) => {
    request({ agent, host: '127.0.0.1', port: server.address().port, path }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => resolve(JSON.parse(text)));
    })
      .on('error', reject)
      .end();
  });

for (let step = 1; step <= 180; step++) {
  const load = Math.min(60, Math.ceil(step / 2));
  await Promise.all(Array.from({ length: load }, (_, i) => call(`/${step}/${i}`)));
  console.log(`step ${step} done`);
  await sleep(25);
}
agent.destroy();
server.close();
