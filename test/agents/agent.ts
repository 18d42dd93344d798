/** An agent: works on one task with a model and tools, and can ask its colleagues. */
import type { Message } from './chat.ts';
import type { LlmClient } from './llm.ts';
import { registry } from './registry.ts';
import type { Telemetry } from './telemetry.ts';
import type { Tool } from './tools.ts';

/** Turns of the loop before an agent gives up. */
const MAX_TURNS = 6;

export class Agent {
  readonly id: string;
  readonly role: string;
  /** The others on the same request. */
  readonly colleagues: Agent[] = [];
  /** Everything said while this agent worked. */
  readonly scratchpad: Message[] = [];
  private readonly llm: LlmClient;
  private readonly telemetry: Telemetry;

  constructor(id: string, role: string, llm: LlmClient, telemetry: Telemetry) {
    this.id = id;
    this.role = role;
    this.llm = llm;
    this.telemetry = telemetry;
  }

  /** Makes this agent and the one with that id colleagues of each other. */
  workWith(id: string): void {
    const other = registry.find(id);
    if (!other) throw new Error(`There is no agent ${id}`);
    this.colleagues.push(other);
    other.colleagues.push(this);
  }

  /** Works on a task until the model has an answer. */
  async work(task: string, context: Message[], tools: Tool[]): Promise<string> {
    this.scratchpad.push({ role: 'system', content: `You are the ${this.role}.` }, ...context);
    this.scratchpad.push({ role: 'user', content: task });
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const definitions = tools.map((tool) => tool.definition);
      const message = await this.llm.chat([...this.scratchpad], definitions);
      this.telemetry.record(`${this.role}.turn`, message.content ?? task);
      this.scratchpad.push(message);
      if (!message.tool_calls) return message.content ?? '';
      for (const call of message.tool_calls) {
        const tool = tools.find((candidate) => candidate.definition.function.name === call.function.name);
        const { query } = JSON.parse(call.function.arguments) as { query: string };
        const content = tool ? await tool.run(query) : `There is no tool ${call.function.name}.`;
        this.telemetry.record(`tool.${call.function.name}`, content);
        this.scratchpad.push({ role: 'tool', tool_call_id: call.id, content });
      }
    }
    throw new Error(`The ${this.role} found no answer in ${MAX_TURNS} turns`);
  }
}
