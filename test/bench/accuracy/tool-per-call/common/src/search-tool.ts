export interface ToolOptions {
  site: string;
  tenant: string;
  requestId: string;
}

class HttpClient {
  private readonly headers = new Map<string, string>();
  private readonly retries: number[] = [];

  constructor(readonly base: string) {
    this.headers.set('user-agent', 'agent/1.0');
    this.headers.set('x-site', base);
    for (let i = 0; i < 8; i++) this.retries.push(2 ** i * 100 + Math.random());
  }

  async get(query: string): Promise<string[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return [`${this.base}: ${query}`, `${this.base}: ${query} (return)`];
  }
}

export class SearchTool {
  private readonly client: HttpClient;
  private readonly schema: object;

  constructor(private options: ToolOptions) {
    this.client = new HttpClient(`https://${options.site}.example`);
    this.schema = { type: 'object', properties: { text: { type: 'string', description: `what to look for at ${options.site}` } } };
  }

  search = async (text: string): Promise<string[]> => this.client.get(text);
}
