import { SearchTool, type ToolOptions } from './search-tool';

/** Tools are dear to make, so they are kept. */
export class ToolBox {
  private readonly instances = new Map<string, SearchTool>();

  get(options: ToolOptions): SearchTool {
    const key = `${options.site}/${options.tenant}`;
    let tool = this.instances.get(key);
    if (!tool) {
      tool = new SearchTool(options);
      this.instances.set(key, tool);
    }
    return tool;
  }
}
