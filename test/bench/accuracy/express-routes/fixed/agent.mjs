// Each conversation has a webhook of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';

const app = express();
app.use(express.json());
const open = new Map();
app.post('/hooks/:id', (req, res) => {
  open.get(req.params.id)?.push(req.body.text);
  res.send('ok');
});
const server = app.listen(0, '127.0.0.1');
server.keepAliveTimeout = 60_000;
await new Promise((resolve) => server.once('listening', resolve));
const base = `http://127.0.0.1:${server.address().port}`;

async function converse(id) {
  const said = [];
  open.set(id, said);
  for (let i = 0; i < 2; i++) {
    const reply = await fetch(`${base}/hooks/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: `message ${i} of ${id}` }),
    });
    await reply.text();
  }
  open.delete(id);
  return said.length;
}

let count = 0;
for (let step = 1; step <= 120; step++) {
  count += await converse(`c${step}a`);
  count += await converse(`c${step}b`);
  console.log(`step ${step} done`);
  await sleep(30);
}
console.log(count);
server.close();
server.closeAllConnections();
