import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const stop = new AbortController();
setMaxListeners(0, stop.signal);

async function request(n) {
  const own = new AbortController();
  const abort = () => own.abort(stop.signal.reason);
  stop.signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(abort, 5000);
  try {
    await sleep(3 + (n % 4), undefined, { signal: own.signal });
    return { n, text: `answer ${n}`, usage: { tokens: n % 100 } };
  } finally {
    clearTimeout(timer);
    stop.signal.removeEventListener('abort', abort);
  }
}

for (let n = 0; n < 3000; n += 3) {
  const answers = await Promise.all([request(n), request(n + 1), request(n + 2)]);
  if (answers.length !== 3) throw new Error('answers are missing');
  if (n % 30 === 0) console.log(`step ${n}`);
}
