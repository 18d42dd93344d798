const compiled = new Map();

function compile(kind) {
  const parts = Array.from({ length: 4 + (kind % 5) }, (_, i) => `'${kind}.${i}: ' + ${i % 2 ? 'data.name' : 'data.items.map((x) => x * ' + i + ').join()'}`);
  return new Function('data', `return [${parts.join(', ')}].join('\\n');`);
}

/** There are some fifty templates; the rare ones are met by the middle of the run. */
export function render(n, data) {
  const kind = n % 1000 < 960 ? n % 24 : 24 + (Math.floor(n / 8000) % 30);
  let template = compiled.get(kind);
  if (!template) compiled.set(kind, (template = compile(kind)));
  return template(data);
}
