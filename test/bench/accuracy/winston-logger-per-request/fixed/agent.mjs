// Every request logs with its own id, to one transport.
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import winston from 'winston';

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const transport = new winston.transports.Stream({ stream: nowhere });
transport.setMaxListeners(0);

const logger = winston.createLogger({ format: winston.format.json(), transports: [transport] });

function loggerOf(request) {
  return logger.child({ request });
}

async function handle(request) {
  const logger = loggerOf(request);
  logger.info('begins');
  logger.info('ends');
}

for (let step = 1; step <= 140; step++) {
  for (let i = 0; i < 2; i++) await handle(`${step}-${i}`);
  console.log(`step ${step} done`);
  await sleep(40);
}
