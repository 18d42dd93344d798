import { render } from './templates.mjs';

/** Objects of ever other shapes, as parsers make them. */
function node(n) {
  const keys = ['type', 'start', 'end', 'body', 'test', 'left', 'right', 'value', 'raw', 'kind'];
  const made = {};
  for (let i = 0; i < 2 + (n % 8); i++) made[keys[(n * 3 + i * (1 + (n % 3))) % keys.length]] = i % 2 ? `v${i}` : i;
  return made;
}

const visitors = [
  (x) => Object.keys(x).length,
  (x) => Object.values(x).filter((value) => typeof value === 'string').join(),
  (x) => JSON.stringify(x).length,
  ({ type = 0, ...rest }) => [type, Object.entries(rest)].flat(2).length,
  (x) => new RegExp(`^${Object.keys(x)[0]}`).test('type'),
];

async function main() {
  let total = 0;
  for (let n = 0; n < 500_000; n++) {
    total += Number(Boolean(visitors[n % visitors.length](node(n))));
    total += render(n, { name: `n${n % 50}`, items: [1, 2, n % 9] }).length;
    if (n % 2000 === 1999) {
      await new Promise((resolve) => setImmediate(resolve));
      console.log(`step ${n + 1}`);
    }
  }
  if (!total) throw new Error('nothing was done');
}

await main();
