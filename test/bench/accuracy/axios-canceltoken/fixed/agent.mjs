// A client of a search service: one cancel token stops what is under way when the worker shuts down.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';

const service = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ path: request.url, hits: ['a', 'b', 'c'] }));
});
await new Promise((done) => service.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${service.address().port}`;
const shutdown = axios.CancelToken.source();
process.once('SIGTERM', () => shutdown.cancel('shutdown'));

async function search(query) {
  const { data } = await axios.get(`${base}/search`, { params: { query }, cancelToken: shutdown.token }); // leak: user
  return data.hits;
}

for (let step = 1; step <= 140; step++) {
  for (let i = 0; i < 3; i++) {
    if ((await search(`topic ${step}-${i}`)).length !== 3) throw new Error('no hits');
  }
  console.log(`step ${step} done`);
  await sleep(40);
}
process.exit(0);
