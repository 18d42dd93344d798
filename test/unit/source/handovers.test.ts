import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findHandover } from '../../../src/source/handovers.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { Scripts } from './support.ts';

/** The call's line holds `<--`, or none does. */
const CASES: [what: string, names: string, code: string, called?: string][] = [
  [
    'an option of a call, with the field that is meant',
    'stop.signal',
    'const stop = new AbortController();\nwatch(stop);\nasync function ask(q) {\n return client.create({ q }, { signal: stop.signal }); // <--\n}',
  ],
  [
    'an argument in a function before one that runs once',
    'near',
    'const [near, far] = pair();\nconnect(near);\nasync function converse() {\n await new Client().connect(near); // <--\n}',
  ],
  [
    'a method, not one that reads or lets go',
    'docs',
    'const docs = new Loader();\nfunction ask(id) {\n docs.delete(id);\n docs.get(id);\n return docs.load(id); // <--\n}',
  ],
  [
    'in a loop at the top of the file',
    'tasks',
    'const tasks = make();\ntasks.begin(0);\nfor (;;) {\n tasks.begin(1); // <--\n}',
  ],
  [
    'the method that was seen at work',
    'bus',
    'const bus = make();\nfunction f() {\n bus.emit(1);\n bus.events(2); // <--\n}',
    'events',
  ],
  [
    'an entry of a literal',
    'collector',
    'const collector = new Collector();\nfunction work(goal) {\n return agent.invoke({ goal }, { callbacks: [collector] }); // <--\n}',
  ],
  [
    'by another name',
    'shared',
    'const shared = new Jar();\nasync function visit(host) {\n const jar = shared;\n await jar.setCookie(host); // <--\n}\nprint(await shared.header());',
  ],
  [
    'only read',
    'all',
    'const all = new Map();\nfunction f() {\n console.log(all.size, all.get(1));\n return all;\n}',
  ],
  ['nowhere', 'gone', 'const other = 1;\nother.push(2);'],
];

for (const [what, names, code, called] of CASES) {
  test(`handed on: ${what}`, async () => {
    using scripts = new Scripts({ 'agent.mjs': code });
    const parser = await SyntaxParser.create();
    const handle = { scriptId: 1, how: 'variable' as const, names: names.split('.') };
    const found = await findHandover(scripts.map, handle, new Set(called ? [called] : []), parser);
    parser.dispose();
    const expected = code.split('\n').findIndex((line) => line.includes('<--'));
    assert.equal(found?.line0 ?? -1, expected);
  });
}

test('handed on: a field of a class of the program', async () => {
  const code = `class Embedder {
  constructor() { this.cache = new LRU(); }
  embed(text) {
    const known = this.cache.get(text);
    if (!known) this.cache.set(text, [text]);
  }
}`;
  using scripts = new Scripts({ 'agent.mjs': code });
  const parser = await SyntaxParser.create();
  const handle = { scriptId: 1, how: 'field' as const, names: ['cache', '<symbol cache>'] };
  const found = await findHandover(scripts.map, handle, new Set(), parser);
  parser.dispose();
  assert.deepEqual([found?.line0, found?.callee], [4, 'set']);
});
