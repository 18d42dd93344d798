export class Graph {
  constructor(checkpoints) {
    this.checkpoints = checkpoints;
  }

  async invoke(state, question) {
    let next = this.append(state, { role: 'user', content: question });
    next = await this.model(next);
    this.checkpoints.save(next.thread, next);
    return next;
  }

  async model(state) {
    await new Promise((resolve) => setImmediate(resolve));
    return this.append(state, { role: 'assistant', content: `Item ${state.turn} is in stock.`, usage: { input: state.messages.length * 12, output: 7 } });
  }

  append(state, message) {
    return { ...state, messages: [...state.messages, message].slice(-40) };
  }
}
