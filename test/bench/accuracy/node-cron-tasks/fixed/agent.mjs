// Each conversation has a reminder, which is stopped when the conversation ends.
import { setTimeout as sleep } from 'node:timers/promises';
import cron from 'node-cron';

class Conversation {
  constructor(user) {
    this.user = user;
    this.lines = [];
    this.reminder = cron.schedule('*/10 * * * *', () => this.remind()); // leak: user
  }

  remind() {
    this.lines.push(`Are you still there, ${this.user}?`);
  }

  say(text) {
    this.lines.push(text);
  }

  async end() {
    const task = this.reminder;
    await task.destroy();
  }
}

for (let step = 1; step <= 140; step++) {
  for (let i = 0; i < 2; i++) {
    const conversation = new Conversation(`user ${step}-${i}`);
    for (let n = 0; n < 5; n++) conversation.say(`line ${n} of ${step}`);
    await conversation.end();
  }
  console.log(`step ${step} done`);
  await sleep(50);
}
process.exit(0);
