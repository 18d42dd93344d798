const tools = new Map();

/** The code of a tool, as a generator of clients writes it. */
function sourceOf(number) {
  const functions = Array.from({ length: 40 }, (_, i) => `export function method${i}(x) { return x > ${i} ? x - ${number} : x + ${i}; }`);
  const table = Array.from({ length: 60 }, (_, i) => `{ code: ${i}, text: 'status ${i} of tool ${number}' }`);
  return `${functions.join('\n')}\nexport const table = [${table.join(', ')}];\nexport const run = (n) => method3(n) + table[n % 60].text;`;
}

export async function toolFor(number) {
  let tool = tools.get(number);
  if (!tool) {
    tool = await import(`data:text/javascript,${encodeURIComponent(sourceOf(number))}`);
    tools.set(number, tool);
  }
  return tool;
}
