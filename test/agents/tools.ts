/** What agents may do besides talking, and the toolbox that makes and keeps the tools. */
import type { ToolDefinition } from './chat.ts';
import type { KnowledgeBase } from './knowledge.ts';
import { prose } from './text.ts';

export interface ToolContext {
  language: string;
  requestId: string;
}

export abstract class Tool {
  readonly definition: ToolDefinition;
  /** Worked examples in the customer's language, shown to the model with each result. */
  protected readonly examples: string[];

  constructor(name: string, description: string, context: ToolContext) {
    this.definition = {
      type: 'function',
      function: {
        name,
        description: `${description} Answers in ${context.language}.`,
        parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
      },
    };
    const seed = name.length * 31 + context.language.charCodeAt(0);
    this.examples = [1, 2, 3].map((n) => prose(seed + n, 1200));
  }

  abstract run(query: string): Promise<string>;
}

class SearchArticles extends Tool {
  private readonly knowledge: KnowledgeBase;

  constructor(knowledge: KnowledgeBase, context: ToolContext) {
    super('search_articles', 'Finds an article of the help centre.', context);
    this.knowledge = knowledge;
  }

  async run(query: string): Promise<string> {
    const article = await this.knowledge.search(query);
    return `${article.title}\n${article.text.slice(0, 1500)}\n${this.examples[0].slice(0, 200)}`;
  }
}

class TrackParcel extends Tool {
  constructor(context: ToolContext) {
    super('track_parcel', 'Says where a parcel is.', context);
  }

  async run(query: string): Promise<string> {
    return `Parcel for "${query}": ${prose(query.length * 7919 + query.charCodeAt(2), 1200)}`;
  }
}

export class Toolbox {
  private readonly instances = new Map<string, Tool>();
  private readonly knowledge: KnowledgeBase;
  private readonly keyOf: (name: string, context: ToolContext) => string;

  /** @param keyOf tools with the same key are the same instance */
  constructor(knowledge: KnowledgeBase, keyOf: (name: string, context: ToolContext) => string) {
    this.knowledge = knowledge;
    this.keyOf = keyOf;
  }

  /** The tools for one request. */
  toolsFor(context: ToolContext): Tool[] {
    return [
      this.instance('search_articles', context, () => new SearchArticles(this.knowledge, context)),
      this.instance('track_parcel', context, () => new TrackParcel(context)),
    ];
  }

  private instance(name: string, context: ToolContext, make: () => Tool): Tool {
    const key = this.keyOf(name, context);
    let tool = this.instances.get(key);
    if (!tool) {
      tool = make();
      this.instances.set(key, tool); // leak:tools
    }
    return tool;
  }
}
