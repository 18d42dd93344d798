/** Where the agents of this process find each other. */
import type { Agent } from './agent.ts';

class AgentRegistry {
  private readonly agents: Record<string, Agent> = {};

  enlist(agent: Agent): void {
    this.agents[agent.id] = agent; // leak:registry
  }

  find(id: string): Agent | undefined {
    return this.agents[id];
  }

  dismiss(agent: Agent): void {
    delete this.agents[agent.id];
  }
}

export const registry = new AgentRegistry();
