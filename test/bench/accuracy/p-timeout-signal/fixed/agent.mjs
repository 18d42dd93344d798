// Tool calls have a time limit, and the session's signal cancels them.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pTimeout from 'p-timeout';

class Session {
  constructor() {
    this.abort = new AbortController();
    setMaxListeners(0, this.abort.signal);
  }

  call(tool, input) {
    return pTimeout(tool(input), { milliseconds: 2000, signal: this.abort.signal }); // leak: user
  }
}

async function weather({ city }) {
  await sleep(1);
  return { city, forecast: `sun over ${city}, `.repeat(10) };
}

const session = new Session();
process.on('SIGTERM', () => session.abort.abort());
for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 10; i++) {
    const { forecast } = await session.call(weather, { city: `town ${step}-${i}` });
    if (!forecast.includes('sun')) throw new Error('no forecast');
  }
  console.log(`step ${step} done`);
  await sleep(30);
}
process.exit(0);
