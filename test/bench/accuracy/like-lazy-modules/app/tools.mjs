const tools = new Map();

/** Tools are loaded when they are first asked for. */
export async function toolFor(number) {
  let tool = tools.get(number);
  if (!tool) {
    tool = await import(`./dist/tool-${number}.mjs`);
    tools.set(number, tool);
  }
  return tool;
}
