/**
 * A support desk run by agents, on a model that answers from loopback.
 * `LEAK` leaves one bound out (history, tools, listeners, sessions, registry; `none` keeps them all),
 * `STEPS` is the number of requests, `PACE_MS` the pause between them.
 */
import { fork } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type CustomerRequest, Desk } from './desk.ts';
import { readSettings } from './settings.ts';
import { prose, randomFrom } from './text.ts';

const LANGUAGES = ['English', 'French', 'German', 'Portuguese', 'Polish', 'Turkish', 'Japanese', 'Hindi'];

/** Customers come with a question, and half of them come back with another soon after. */
function* traffic(steps: number): Generator<CustomerRequest> {
  const random = randomFrom(7);
  let customers = 0;
  for (let number = 1; number <= steps; number++) {
    const returning = customers > 5 && random() < 0.4;
    const customer = returning ? customers - Math.floor(random() * 5) : ++customers;
    const language = LANGUAGES[customer % LANGUAGES.length];
    yield { number, customer: `c${customer}`, language, text: prose(number * 13, 1400) };
  }
}

const settings = readSettings(process.env);
const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);
process.once('SIGINT', () => shutdown.abort(new Error('interrupted')));

const here = fileURLToPath(import.meta.url);
const model = fork(fileURLToPath(new URL(`./fake-llm${extname(here)}`, import.meta.url)));
const [port] = (await once(model, 'message')) as [number];
const desk = new Desk(`http://127.0.0.1:${port}`, shutdown.signal, settings.leak);

try {
  for (const request of traffic(settings.steps)) {
    await desk.handle(request);
    console.log(`step ${request.number} done`);
    await sleep(settings.paceMs, undefined, { signal: shutdown.signal });
  }
} catch (error) {
  if (!shutdown.signal.aborted) throw error;
  console.log('interrupted');
} finally {
  await desk.close();
  model.disconnect();
}
