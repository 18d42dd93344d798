// The worker's life is one span; errors only are reported, so no trace is sampled.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as Sentry from '@sentry/node';

const sink = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
await new Promise((resolve) => sink.listen(0, '127.0.0.1', resolve));
Sentry.init({ dsn: `http://key@127.0.0.1:${sink.address().port}/1`, tracesSampleRate: 0 });

async function callTool(name, input) {
  return Sentry.startSpan({ name, op: 'gen_ai.execute_tool', attributes: { input } }, async () => { // leak: user
    await sleep(1);
    return `${name} says ${input.length}`;
  });
}

await Sentry.startSpan({ name: 'worker', op: 'function' }, async () => { // leak: cause
  for (let step = 1; step <= 150; step++) {
    for (let i = 0; i < 5; i++) await callTool('search', `question ${step}-${i}`);
    console.log(`step ${step} done`);
    await sleep(30);
  }
});
await Sentry.close(500);
sink.close();
process.exit(0);
