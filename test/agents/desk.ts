/** The support desk: takes requests and has a team of agents answer each. */
import { Agent } from './agent.ts';
import { KnowledgeBase } from './knowledge.ts';
import { LlmClient } from './llm.ts';
import { Memory } from './memory.ts';
import { Planner } from './planner.ts';
import { registry } from './registry.ts';
import { SessionStore } from './sessions.ts';
import type { Leak } from './settings.ts';
import { Telemetry } from './telemetry.ts';
import { Toolbox } from './tools.ts';

export interface CustomerRequest {
  number: number;
  customer: string;
  language: string;
  text: string;
}

/** Characters of conversation that go into a prompt. */
const PROMPT_BUDGET = 8000;

export class Desk {
  private readonly memory: Memory;
  private readonly sessions: SessionStore;
  private readonly tools: Toolbox;
  private readonly planner: Planner;
  private readonly llm: LlmClient;
  private readonly telemetry: Telemetry;
  private readonly dismissTeams: boolean;

  constructor(llmUrl: string, shutdown: AbortSignal, leak: Leak) {
    this.memory = new Memory(leak === 'history' ? Number.POSITIVE_INFINITY : 60);
    this.sessions = new SessionStore(leak === 'sessions' ? Number.POSITIVE_INFINITY : 20);
    this.tools = new Toolbox(new KnowledgeBase(300, 40), (name, context) =>
      leak === 'tools' ? `${name}/${context.requestId}` : `${name}/${context.language}`,
    );
    this.llm = new LlmClient({
      baseUrl: `${llmUrl}/v1`,
      model: 'gpt-4o-mini',
      shutdown,
      detach: leak !== 'listeners',
    });
    this.planner = new Planner(this.llm);
    this.telemetry = new Telemetry(`${llmUrl}/v1/traces`);
    this.dismissTeams = leak !== 'registry';
  }

  /** Answers one request. */
  async handle(request: CustomerRequest): Promise<string> {
    const session = this.sessions.open(request.customer, request.language, request.number);
    const lead = new Agent(`lead-${request.number}`, 'lead', this.llm, this.telemetry);
    const clerk = new Agent(`clerk-${request.number}`, 'clerk', this.llm, this.telemetry);
    const team = [lead, clerk];
    for (const agent of team) registry.enlist(agent);
    lead.workWith(clerk.id);
    try {
      const question = { role: 'user' as const, content: request.text };
      this.memory.remember(question);
      const plan = await this.planner.plan(request.text, this.memory.recall(PROMPT_BUDGET));
      const tools = this.tools.toolsFor({ language: request.language, requestId: `r${request.number}` });
      const found: string[] = [];
      for (const task of plan.tasks) found.push(await clerk.work(task, [question], tools));
      const answer = await lead.work(found.join('\n'), [question], []);
      const message = { role: 'assistant' as const, content: `${plan.reply}\n${answer}` };
      this.memory.remember(message);
      session.add(question, message);
      return message.content;
    } finally {
      if (this.dismissTeams) for (const agent of team) registry.dismiss(agent);
      this.sessions.sweep(request.number);
    }
  }

  async close(): Promise<void> {
    await this.telemetry.close();
  }
}
