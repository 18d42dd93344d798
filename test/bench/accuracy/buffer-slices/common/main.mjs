// Reads mail attachments; the agent keeps a preview of each for its overview.
import { Attachments } from './attachments.mjs';

const attachments = new Attachments();

async function download(n) {
  const body = Buffer.alloc(90_000 + (n % 7) * 9000, n % 251);
  body.write(`%PDF-1.7 attachment ${n}`);
  await new Promise((resolve) => setTimeout(resolve, 12));
  return body;
}

for (let n = 0; n < 420; n++) {
  attachments.add(`mail-${n}`, await download(n));
  if (n % 3 === 2) console.log(`step ${n + 1}`);
}
const overview = attachments.overview();
if (overview.length < 100) throw new Error('some are missing');
