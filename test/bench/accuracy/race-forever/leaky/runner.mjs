class Task {
  constructor(id, prompt) {
    this.id = id;
    this.prompt = prompt;
    this.output = [];
  }

  async work() {
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      this.output.push({ i, text: `${this.prompt}, part ${i}` });
    }
    return this;
  }
}

export class Runner {
  constructor(lifecycle) {
    this.lifecycle = lifecycle;
  }

  async run(id, prompt) {
    const task = new Task(id, prompt);
    const done = await Promise.race([task.work(), this.lifecycle.stopped]); // leak: store cause
    return done === task ? task.output.at(-1).text : done;
  }
}
