// Steps are logged to Redis, which is down.
import { setTimeout as sleep } from 'node:timers/promises';
import Redis from 'ioredis';

class StepLog {
  constructor() {
    this.redis = new Redis({
      port: 9,
      host: '127.0.0.1',
      enableOfflineQueue: false,
      retryStrategy: () => 500,
    });
    this.redis.on('error', () => {});
  }

  note(step, what) {
    this.redis.rpush('steps', JSON.stringify({ step, what })).catch(() => {});
  }
}

const log = new StepLog();
for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 8; i++) log.note(step, `tool ${i} answered in step ${step}`);
  console.log(`step ${step} done`);
  await sleep(40);
}
process.exit(0);
