// Tasks watch the settings while they run.
import { setTimeout as sleep } from 'node:timers/promises';
import { createStore } from 'zustand/vanilla';

const settings = createStore(() => ({ model: 'small', temperature: 0 }));

class Task {
  notes = [];
  constructor(id) {
    this.id = id;
    this.model = settings.getState().model;
    this.stop = settings.subscribe((next) => { // leak: user
      this.model = next.model;
    });
  }
  async run() {
    await sleep(1);
    for (let i = 0; i < 5; i++) this.notes.push(`${this.id} with ${this.model}: ${i}`);
    return this.notes.length;
  }
}

let notes = 0;
for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 2; i++) {
    const task = new Task(`task ${step}-${i}`);
    notes += await task.run();
  }
  if (step % 20 === 0) settings.setState({ model: step % 40 ? 'large' : 'small' });
  console.log(`step ${step} done`);
  await sleep(30);
}
console.log(notes);
