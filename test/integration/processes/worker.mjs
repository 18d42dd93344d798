import { parentPort } from 'node:worker_threads';

parentPort.on('message', (n) => {
  let sum = 0;
  for (let i = 0; i < 3e6; i++) sum += i % n;
  parentPort.postMessage(sum);
});
