// Writes the tools' clients, as a generator from a service's description does.
import { mkdirSync, writeFileSync } from 'node:fs';

mkdirSync('dist', { recursive: true });
for (let number = 0; number < 36; number++) {
  const functions = Array.from({ length: 40 }, (_, i) => `export function method${i}(x) { return x > ${i} ? x - ${number} : x + ${i}; }`);
  const table = Array.from({ length: 60 }, (_, i) => `{ code: ${i}, text: 'status ${i} of tool ${number}' }`);
  const source = `${functions.join('\n')}\nexport const table = [${table.join(', ')}];\nexport const run = (n) => method3(n) + table[n % 60].text;\n`;
  writeFileSync(`dist/tool-${number}.mjs`, source);
}
