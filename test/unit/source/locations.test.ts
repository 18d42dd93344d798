import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { functionAt, v8Start } from '../../../src/source/functions.ts';
import { ScriptMap } from '../../../src/source/script-map.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { type NodeMajor, nodeBinary } from '../../support/nodes.ts';
import { Scripts } from './support.ts';

const BODY = `class Plain { x = 1; method(a) { return a; } static make = () => new Plain(); get size() { return 1; } }
class Built extends Plain {
  constructor(a) { super(); this.f = function named(b) { return b; }; this.arrow = async (q) => q; this.one = z => z; }
  async *gen(x) { yield x; }
}
function decl(a) { return function inner() { return a; }; }
const obj = { m() { return 1; }, async am() {} };
const Late = class { constructor() { this.y = 2; } };
const all = [new Plain(), new Built(), decl(1), obj, new Late(), Object.getOwnPropertyDescriptor(Plain.prototype, 'size')];
`;

/** Loads both modules, writes a snapshot, and beside it the scripts that it names. */
const MAIN = `
import fs from 'node:fs'; import v8 from 'node:v8'; import inspector from 'node:inspector'; import { createRequire } from 'node:module';
const session = new inspector.Session(); session.connect();
const scripts = [];
session.on('Debugger.scriptParsed', ({ params: p }) => scripts.push({ id: p.scriptId, url: p.url, isModule: p.isModule, length: p.length }));
globalThis.keep = [createRequire(import.meta.url)('./a.cjs'), await import('./b.mjs'), createRequire(import.meta.url)('./c.cjs')];
await new Promise((done) => session.post('Debugger.enable', () => session.post('Debugger.disable', done)));
v8.writeHeapSnapshot(process.argv[2] + '.heapsnapshot');
fs.writeFileSync(process.argv[2] + '.json', JSON.stringify(scripts));
`;

/** What the source must read where V8 places each function and object of a class. */
const EXPECTED: Record<string, RegExp> = {
  Plain: /^class Plain/,
  'object Plain': /^class Plain/,
  Built: /^\(a\) \{ super/,
  'object Built': /^\(a\) \{ super/,
  'object Late': /^\(\) \{ this\.y/,
  method: /^\(a\) \{ return a; \} static/,
  make: /^\(\) => new Plain/,
  'get size': /^\(\) \{ return 1; \} \}/,
  named: /^\(b\)/,
  gen: /^\(x\)/,
  decl: /^\(a\) \{ return function inner/,
  inner: /^\(\) \{ return a/,
  m: /^\(\) \{ return 1; \}, async/,
  am: /^\(\) \{\} \}/,
};

describe('places of functions in heap snapshots', () => {
  let scripts: Scripts;
  before(() => {
    scripts = new Scripts({
      'a.cjs': `#!/usr/bin/env node\n/* é𝒳 */ ${BODY}module.exports = { all, decl };`,
      'b.mjs': `\ufeff/* é𝒳 */ ${BODY.replaceAll('\n', '\r\n')}export { all, decl, Built };`,
      'c.cjs': `\ufeff/* é𝒳 */ ${BODY.replaceAll('\n', ' ')}module.exports = { all, decl };`,
      'main.mjs': MAIN,
    });
  });
  after(() => {
    scripts[Symbol.dispose]();
  });

  for (const major of [20, 22, 24] satisfies NodeMajor[]) {
    test(`Node ${major}`, { timeout: 120_000 }, async () => {
      const out = scripts.path(`out${major}`);
      await promisify(execFile)(await nodeBinary(major), [scripts.path('main.mjs'), out]);
      const map = new ScriptMap(JSON.parse(readFileSync(`${out}.json`, 'utf8')));
      const snapshot = JSON.parse(readFileSync(`${out}.heapsnapshot`, 'utf8'));
      writeFileSync(`${out}.heapsnapshot`, '');
      const own = await SyntaxParser.create();
      const seen = new Map<string, number>();
      for (let i = 0; i < snapshot.locations.length; i += 4) {
        const [node, scriptId, line, column] = snapshot.locations.slice(i, i + 4);
        const entry = map.byId(scriptId);
        if (!entry || !/[abc]\.[cm]js$/.test(entry.url)) continue;
        const text = (await map.text(entry))!;
        assert.equal(text.length, entry.length, 'the text is as V8 counts it');
        const type = snapshot.snapshot.meta.node_types[0][snapshot.nodes[node]];
        const name: string = snapshot.strings[snapshot.nodes[node + 1]];
        const key = type === 'object' ? `object ${name}` : name;
        const file = (await own.file(map, scriptId))!;
        const offset = file.lines.offsetOf(line, column)!;
        // Members' initialisers (`<instance_members_initializer>`, '' and the class's name on Node 24) are no functions.
        const here = text.slice(offset);
        if (!EXPECTED[key] || /^(\{ )?x = 1/.test(here)) continue;
        assert.match(here, EXPECTED[key], `${key} in ${entry.url}`);
        const found = functionAt(file, line, column);
        assert.ok(found && v8Start(found) === offset, `${key}: the function that starts there is found`);
        const site = await map.site(scriptId, line, column);
        const lines = readFileSync(new URL(entry.url), 'utf8')
          .replace(/^\ufeff/, '')
          .split(/\r?\n/);
        assert.ok(
          here.startsWith(lines[site!.line - 1].slice(site!.column - 1)),
          `${key}: the site is an editor's`,
        );
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
      for (const key of Object.keys(EXPECTED))
        assert.ok((seen.get(key) ?? 0) >= 3, `${key} is in every script`);
      own.dispose();
      map.dispose();
    });
  }
});
