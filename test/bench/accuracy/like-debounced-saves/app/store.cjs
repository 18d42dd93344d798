'use strict';

class DocumentStore {
  constructor(delay) {
    this.delay = delay;
    this.timers = new Map();
    this.texts = new Map();
    this.saves = 0;
  }

  edit(name, text) {
    const history = this.texts.get(name) ?? [];
    history.push({ text, at: Date.now() });
    this.texts.set(name, history.slice(-3));
    clearTimeout(this.timers.get(name));
    this.timers.set(name, setTimeout(() => this.save(name), this.delay));
  }

  save(name) {
    this.timers.delete(name);
    this.saves++;
  }

  async settled() {
    while (this.timers.size) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

module.exports = { DocumentStore };
