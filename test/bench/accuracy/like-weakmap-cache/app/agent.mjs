import { EventEmitter, once } from 'node:events';

const parsed = new WeakMap();
const queue = [];
const arrivals = new EventEmitter();

function parse(request) {
  let words = parsed.get(request);
  if (!words) parsed.set(request, (words = request.text.split(' ').map((word) => ({ word, length: word.length }))));
  return words;
}

async function produce() {
  for (let n = 0; n < 5000; n++) {
    queue.push({ id: n, text: `please find what is new about subject ${n % 300} since day ${n % 31}` });
    arrivals.emit('request');
    // Now and then there is a rush.
    if (n % 400 > 300 ? n % 40 === 0 : n % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  queue.push(null);
  arrivals.emit('request');
}

async function consume() {
  for (let n = 0; ; ) {
    if (!queue.length) await once(arrivals, 'request');
    const request = queue.shift();
    if (!request) return n;
    if (parse(request).length + parse(request).length < 20) throw new Error('words are missing');
    n++;
    if (n % 50 === 0) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      console.log(`step ${n}`);
    }
  }
}

const [, handled] = await Promise.all([produce(), consume()]);
if (handled !== 5000) throw new Error(`${handled} were handled`);
