// An agent behind HTTP, with a session for each visitor; a monitor asks it every now and then.
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import session from 'express-session';

const app = express();
app.use(session({ secret: 'not so secret', resave: false, saveUninitialized: true }));
app.get('/ask', (request, response) => {
  request.session.turns = (request.session.turns ?? 0) + 1;
  request.session.last = { question: request.query.q, found: `passage on ${request.query.q} `.repeat(40) };
  response.json({ answer: `You asked ${request.query.q}`, turns: request.session.turns });
});
const server = app.listen(0, '127.0.0.1');
await new Promise((done) => server.once('listening', done));
server.keepAliveTimeout = 60_000;
const base = `http://127.0.0.1:${server.address().port}`;

let cookie;
async function ask(q) {
  const response = await fetch(`${base}/ask?q=${encodeURIComponent(q)}`, {
    headers: cookie ? { cookie } : {},
  });
  cookie ??= response.headers.get('set-cookie')?.split(';')[0];
  return response.json();
}

for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 6; i++) if (!(await ask(`question ${step}-${i}`)).answer) throw new Error('no answer');
  console.log(`step ${step} done`);
  await sleep(30);
}
process.exit(0);
