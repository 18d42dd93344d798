'use strict';

class SubAgent {
  constructor(role, settings) {
    this.role = role;
    this.settings = settings;
    this.scratchpad = [];
    this.values = { ...settings.values };
    this.onChanged = (values) => {
      this.values = { ...values };
    };
    settings.on('changed', this.onChanged);
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
    this.settings.off('changed', this.onChanged);
  }
}

module.exports = { SubAgent };
