import type { CrewAgent } from './agent.js';

export class AgentRegistry {
  readonly #byId = new Map<string, CrewAgent>();

  get size(): number {
    return this.#byId.size;
  }

  register(agent: CrewAgent): CrewAgent {
    this.#byId.set(agent.id, agent); // leak: store
    return agent;
  }

  unregister(id: string): void {
    this.#byId.delete(id);
  }

  report(): void {
    let mails = 0;
    for (const agent of this.#byId.values()) mails += agent.mailbox.mails.length;
    if (mails < 0) console.error(mails);
  }
}
