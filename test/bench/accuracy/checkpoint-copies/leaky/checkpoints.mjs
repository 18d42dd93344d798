export class CheckpointStore {
  constructor() {
    this.saved = {};
  }

  save(thread, state) {
    const list = (this.saved[thread] ??= []);
    list.push({ at: Date.now(), state: structuredClone(state) }); // leak: store
  }

  latest(thread) {
    return this.saved[thread].at(-1).state;
  }
}
