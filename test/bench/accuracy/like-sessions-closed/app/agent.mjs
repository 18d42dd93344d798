const sessions = new Map();

class Session {
  constructor(id) {
    this.id = id;
    this.messages = [];
  }

  say(text) {
    this.messages.push({ text, at: Date.now(), words: text.split(' ').length });
  }
}

function open(id) {
  const session = new Session(id);
  sessions.set(id, session);
  return session;
}

async function live(id, turns) {
  const session = open(id);
  for (let turn = 0; turn < turns; turn++) {
    session.say(`session ${id} says its turn ${turn}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  sessions.delete(id);
}

const running = new Set();
for (let n = 0; n < 640; n++) {
  const session = live(`s-${n}`, 40 + ((n * 37) % 160)).finally(() => running.delete(session));
  running.add(session);
  await new Promise((resolve) => setTimeout(resolve, n < 200 ? 24 : 12));
  console.log(`step ${n}`);
}
await Promise.all(running);
if (sessions.size) throw new Error('sessions are open');
