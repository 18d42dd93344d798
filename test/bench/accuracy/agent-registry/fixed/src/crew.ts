import { CrewAgent } from './agent.js';
import type { AgentRegistry } from './registry.js';

export class Crew {
  private readonly agents: CrewAgent[];
  private done = false;

  constructor(name: string, roles: string[], private readonly registry: AgentRegistry) {
    this.agents = roles.map((role) => registry.register(new CrewAgent(`${name}/${role}`, role)));
    for (const [i, agent] of this.agents.entries()) for (const peer of this.agents.slice(i + 1)) agent.meet(peer);
  }

  async answer(text: string): Promise<string> {
    let last = text;
    for (const agent of this.agents) last = await agent.handle(last);
    return last;
  }

  disband(): void {
    this.done = true;
    for (const { id } of this.agents) this.registry.unregister(id);
  }
}
