const KEPT = 3;

export class CheckpointStore {
  constructor() {
    this.saved = {};
  }

  save(thread, state) {
    const list = (this.saved[thread] ??= []);
    // Messages do not change once they are made: the list alone is copied.
    list.push({ at: Date.now(), state: { ...state, messages: state.messages.slice(-40) } });
    if (list.length > KEPT) list.shift();
  }

  latest(thread) {
    return this.saved[thread].at(-1).state;
  }
}
