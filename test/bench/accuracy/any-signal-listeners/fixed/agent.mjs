// Pages are fetched with a time limit each, and all stop with the session.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { anySignal } from 'any-signal';

const session = new AbortController();
setMaxListeners(0, session.signal);

async function fetchPage(url, signal) {
  await sleep(1);
  signal.throwIfAborted();
  return `<html><title>${url}</title></html>`;
}

class Browser {
  async open(url) {
    const limit = new AbortController();
    const signal = anySignal([session.signal, limit.signal]);
    const timer = setTimeout(() => limit.abort(), 2000);
    try {
      return await fetchPage(url, signal);
    } finally {
      clearTimeout(timer);
      signal.clear();
    }
  }
}

const browser = new Browser();
let bytes = 0;
for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 6; i++) bytes += (await browser.open(`http://localhost/${step}/${i}`)).length;
  console.log(`step ${step} done`);
  await sleep(35);
}
console.log(`${bytes} bytes read`);
