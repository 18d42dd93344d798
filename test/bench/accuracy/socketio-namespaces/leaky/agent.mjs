// Each conversation is a namespace of its own, made when its first client comes.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from 'socket.io';
import { Manager } from 'socket.io-client';

const http = createServer();
const io = new Server(http);
io.of(/^\/conversation-\d+$/).on('connection', (socket) => { // leak: user
  socket.on('say', (text, reply) => reply(`${socket.nsp.name} heard ${text}`));
});
await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${http.address().port}`;

async function converse(id) {
  const manager = new Manager(address, { transports: ['websocket'], reconnection: false });
  const socket = manager.socket(`/conversation-${id}`);
  const answer = await socket.emitWithAck('say', `hello from ${id}`);
  socket.disconnect();
  manager.engine?.close();
  return answer;
}

for (let step = 1; step <= 140; step++) {
  for (let i = 0; i < 2; i++) await converse(step * 10 + i);
  console.log(`step ${step} done`);
  await sleep(40);
}
io.close();
