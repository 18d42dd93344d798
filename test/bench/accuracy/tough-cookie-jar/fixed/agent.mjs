// The agent visits sites of customers; each has a session cookie.
import { setTimeout as sleep } from 'node:timers/promises';
import { CookieJar } from 'tough-cookie';

const shared = new CookieJar();

async function visit(host) {
  const jar = new CookieJar();
  await jar.setCookie(`session=${host}; Max-Age=1; Path=/`, `https://${host}/login`);
  await sleep(1);
  const header = await jar.getCookieString(`https://${host}/page`);
  return header.length;
}

let bytes = 0;
for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 3; i++) bytes += await visit(`customer-${step}-${i}.example.com`);
  console.log(`step ${step} done`);
  await sleep(30);
}
console.log(bytes, await shared.getCookieString('https://example.com/'));
