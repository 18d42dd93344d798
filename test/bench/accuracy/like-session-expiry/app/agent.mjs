// A server's sessions, which expire by a timer of their own.
import { setTimeout as sleep } from 'node:timers/promises';

class Sessions {
  byId = new Map();

  open(id) {
    const session = { id, messages: [], timer: undefined };
    this.byId.set(id, session);
    this.touch(session);
    return session;
  }

  touch(session) {
    clearTimeout(session.timer);
    session.timer = setTimeout(() => this.byId.delete(session.id), 6000).unref();
  }
}

const sessions = new Sessions();
for (let step = 1; step <= 240; step++) {
  for (let i = 0; i < 3; i++) {
    const session = sessions.open(`session ${step}-${i}`);
    for (let n = 0; n < 4; n++) session.messages.push({ role: 'user', content: `message ${n} of ${step}` });
    sessions.touch(session);
  }
  console.log(`step ${step} done`);
  await sleep(45);
}
