'use strict';

class SubAgent {
  constructor(role, settings) {
    this.role = role;
    this.settings = settings;
    this.scratchpad = [];
    this.values = { ...settings.values };
    settings.on('changed', (values) => { // leak: store
      this.values = { ...values };
    });
  }

  async work(task) {
    for (let thought = 0; thought < 6; thought++) {
      this.scratchpad.push({ thought, text: `${this.role} thinks about ${task}, round ${thought}` });
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    return this.scratchpad.at(-1).text;
  }

  dispose() {
    this.disposed = true;
  }
}

module.exports = { SubAgent };
