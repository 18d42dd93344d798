// Every task has topics of its own on the broker, and leaves them when it is done.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt from 'mqtt';
import packets from 'mqtt-packet';

const broker = net.createServer((socket) => {
  const parser = packets.parser();
  const send = (packet) => socket.write(packets.generate(packet));
  parser.on('packet', (packet) => {
    const { cmd, messageId } = packet;
    if (cmd === 'connect') send({ cmd: 'connack', returnCode: 0, sessionPresent: false });
    else if (cmd === 'subscribe')
      send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(() => 0) });
    else if (cmd === 'unsubscribe') send({ cmd: 'unsuback', messageId });
    else if (cmd === 'pingreq') send({ cmd: 'pingresp' });
  });
  socket.on('data', (data) => parser.parse(data));
});
await new Promise((resolve) => broker.listen(0, '127.0.0.1', resolve));

const client = mqtt.connect({ host: '127.0.0.1', port: broker.address().port, protocol: 'mqtt' });
await new Promise((resolve) => client.once('connect', resolve));

const subscribe = (topics) =>
  new Promise((resolve, reject) => {
    client.subscribe(topics, { qos: 0 }, (error) => (error ? reject(error) : resolve())); // leak: user
  });
const unsubscribe = (topics) => new Promise((resolve) => client.unsubscribe(topics, resolve));

for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 4; i++) {
    const topics = ['status', 'result', 'log'].map((part) => `tasks/${step}/${i}/${part}`);
    await subscribe(topics);
    await unsubscribe(topics);
  }
  console.log(`step ${step} done`);
  await sleep(40);
}
client.end(true);
broker.close();
