'use strict';
const { SubAgent } = require('./agents/sub-agent');

class Orchestrator {
  constructor(settings) {
    this.settings = settings;
  }

  async solve(task) {
    const roles = ['researcher', 'critic', 'writer'];
    return Promise.all(roles.map((role) => this.delegate(role, task)));
  }

  async delegate(role, task) {
    const agent = new SubAgent(role, this.settings);
    try {
      return await agent.work(task);
    } finally {
      agent.dispose();
    }
  }
}

module.exports = { Orchestrator };
