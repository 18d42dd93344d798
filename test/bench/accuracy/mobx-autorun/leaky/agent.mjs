// The settings are shared; every task watches them while it runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { autorun, makeAutoObservable } from 'mobx';

class Settings {
  model = 'small';
  temperature = 0.2;
  constructor() {
    makeAutoObservable(this);
  }
}

const settings = new Settings();

class Task {
  constructor(id) {
    this.id = id;
    this.log = [`task ${id} begins`];
    autorun(() => this.log.push(`uses ${settings.model}`)); // leak: user cause
  }

  async run() {
    this.log.push(`task ${this.id} is done`);
    return this.log.join('; ');
  }
}

for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 6; i++) await new Task(`${step}-${i}`).run();
  console.log(`step ${step} done`);
  await sleep(40);
}
