// Three large documents, one after the other: each is held while it comes in.
import { setTimeout as sleep } from 'node:timers/promises';

async function* stream(document) {
  for (let part = 1; part <= 60; part++) {
    await sleep(40);
    yield Array.from({ length: 40 }, (_, i) => `{"document":${document},"part":${part},"row":${i},"text":"row ${i} of part ${part}"}`);
  }
}

class Reader {
  rows = [];

  async read(document) {
    for await (const lines of stream(document)) {
      for (const line of lines) this.rows.push(JSON.parse(line));
      console.log(`step part ${this.rows.length / 40} of document ${document}`);
    }
    const total = this.rows.reduce((sum, { text }) => sum + text.length, 0);
    this.rows = [];
    return total;
  }
}

const reader = new Reader();
for (let document = 1; document <= 3; document++) console.log(`${await reader.read(document)} characters`);
