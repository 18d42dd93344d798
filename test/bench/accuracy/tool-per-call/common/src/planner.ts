import type { ToolBox } from './toolbox';

export interface Request {
  id: string;
  tenant: string;
  text: string;
}

export class Planner {
  constructor(private readonly tools: ToolBox) {}

  async handle(request: Request): Promise<string[]> {
    const results: string[] = [];
    for (const site of ['flights', 'trains']) {
      const tool = this.tools.get({ site, tenant: request.tenant, requestId: request.id });
      results.push(...(await tool.search(request.text)));
    }
    return results;
  }
}
