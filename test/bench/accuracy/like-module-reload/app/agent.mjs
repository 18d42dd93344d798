// A server in development: pages are modules, compiled when wanted, and again when their source changed.
import { setTimeout as sleep } from 'node:timers/promises';
import vm from 'node:vm';

const versions = new Map(Array.from({ length: 80 }, (_, n) => [`page-${n}`, 1]));
const modules = new Map();

function load(name) {
  const version = versions.get(name);
  const cached = modules.get(name);
  if (cached?.version === version) return cached.exports;
  const source = `({ name: '${name}', render(user) { const items = [${Array.from({ length: 20 }, (_, i) => `'item ${i} v${version}'`)}]; return items.map((item) => user + ': ' + item).join('\\n'); } })`;
  const exports = vm.runInThisContext(source, { filename: `${name}.js` });
  modules.set(name, { version, exports });
  return exports;
}

let seed = 3;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
let length = 0;
for (let step = 1; step <= 200; step++) {
  const known = Math.min(80, 8 + Math.floor(step / 2));
  for (let i = 0; i < 6; i++) length += load(`page-${Math.floor(random() * known)}`).render(`user ${i}`).length;
  const changed = `page-${Math.floor(random() * known)}`;
  versions.set(changed, versions.get(changed) + 1);
  console.log(`step ${step} done`);
  await sleep(40);
}
console.log(`${length} characters`);
