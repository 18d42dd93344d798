import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build, transformSync } from 'esbuild';
import { ScriptMap } from '../../../src/source/script-map.ts';
import { findStoreSites } from '../../../src/source/store-sites.ts';
import type { StoreQuery } from '../../../src/source/store-types.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { query, Scripts } from './support.ts';

const MEMORY = `export interface Message { role: string; content: string }

export class Memory {
  readonly history: Message[] = [];
  #seen = new Map<string, Message>();

  add(message: Message): void {
    if (!message.content) return;
    this.history.push(message);
    this.#seen.set(message.content, message);
  }
}
`;
const CACHE = `export const toolCache = new Map<string, object>();

/** Keeps a tool. */
export function keep(name: string): void {
  const tool = { name, run: () => name };
  toolCache.set(name, tool);
}
`;
const MAIN = `import { Memory } from './memory.ts';
import { keep } from './cache.ts';

const memory = new Memory();
export function step(i: number): void {
  memory.add({ role: 'user', content: 'm' + i });
  keep('tool' + i);
}
`;

describe('store sites in sources of every kind', () => {
  let sources: Scripts;
  before(() => {
    sources = new Scripts({ 'src/memory.ts': MEMORY, 'src/cache.ts': CACHE, 'src/main.ts': MAIN });
  });
  after(() => sources[Symbol.dispose]());

  /** The best site of each query in a script that runs as \`text\`. */
  async function sites(map: ScriptMap, ...queries: StoreQuery[]): Promise<string[]> {
    const parser = await SyntaxParser.create();
    const found: string[] = [];
    for (const asked of queries) {
      const [best] = await findStoreSites(map, asked, parser);
      const site = best && (await map.site(best.scriptId, best.line0, best.column0));
      found.push(site ? `${site.path?.split(/[\\/]/).at(-1)}:${site.line}:${site.column}` : 'none');
    }
    parser.dispose();
    return found;
  }

  for (const minify of [false, true]) {
    test(`a ${minify ? 'minified ' : ''}bundle leads to the exact line and column of the TypeScript`, async () => {
      const out = sources.path(`dist/bundle-${minify}.js`);
      await build({
        entryPoints: [sources.path('src/main.ts')],
        bundle: true,
        format: 'esm',
        minify,
        sourcemap: 'linked',
        outfile: out,
        target: 'es2022',
      });
      const map = new ScriptMap([{ id: '5', url: pathToFileURL(out).href }]);
      const text = (await map.text(map.byId(5)!))!;
      // What V8 calls them in the running text.
      const cache = /(\w+)\s*=\s*(?:\/\*.*\*\/ )?new Map;?\(?/.exec(text.replace(/.*#seen.*/g, ''))![1];
      const seen = /#\w+/.exec(text)![0];
      const found = await sites(
        map,
        query('history', { container: 'array', scripts: [5] }),
        query(cache, { holder: 'variable', container: 'map', scripts: [5] }),
        query(seen, { container: 'map', scripts: [5] }),
      );
      assert.deepEqual(found, ['memory.ts:9:5', 'cache.ts:6:3', 'memory.ts:10:5']);
    });
  }

  test('TypeScript as tsx runs it: one line, inline map, names kept', async () => {
    const text = transformSync(MEMORY, {
      loader: 'ts',
      sourcemap: 'inline',
      sourcefile: sources.path('src/memory.ts'),
      minifyWhitespace: true,
      keepNames: true,
    }).code;
    using stored = new Scripts({ 'sources/1.js': text });
    const url = pathToFileURL(sources.path('src/memory.ts')).href;
    const map = new ScriptMap([{ id: '1', url, source: 'sources/1.js' }], stored.dir);
    const found = await sites(map, query('history'), query('#seen', { container: 'map' }));
    assert.deepEqual(found, ['memory.ts:9:5', 'memory.ts:10:5']);
  });

  test('TypeScript as Node strips it keeps its places; even unstripped it is understood', async () => {
    const stripped = MEMORY.replace(/export interface.*/, (all) => ' '.repeat(all.length))
      .replace(/: (Message\[\]|Message|void|string)/g, (all) => ' '.repeat(all.length))
      .replace(/<string, Message>/g, (all) => ' '.repeat(all.length))
      .replace('readonly', ' '.repeat(8));
    for (const text of [stripped, MEMORY]) {
      using scripts = new Scripts({ 'memory.ts': text });
      assert.deepEqual(await sites(scripts.map, query('history')), ['memory.ts:9:5']);
    }
  });

  const js = 'class Memory {\n  history = [];\n  add(m) {\n    this.history.push(m);\n  }\n}\n';
  const texts: [string, string, string][] = [
    ['CR LF', js.replaceAll('\n', '\r\n'), 'a.js:4:5'],
    ['CR', js.replaceAll('\n', '\r'), 'a.js:4:5'],
    ['a byte order mark', `\ufeff${js}`, 'a.js:4:5'],
    ['a byte order mark in one line', `\ufeff${js.replaceAll('\n', '')}`, 'a.js:1:44'],
    ['a shebang', `#!/usr/bin/env node\n${js}`, 'a.js:5:5'],
    ['line separators', `const t = "\u2028";\n${js}`, 'a.js:6:5'],
    ['astral characters', `/* 𝒳𝒴 */ ${js.replaceAll('\n', '')}`, 'a.js:1:55'],
    ['syntax errors', `const ) = {{ ;\n${js}\nfunction ( {`, 'a.js:5:5'],
    ['an unfinished end', `${js}\nclass X { y( {`, 'a.js:4:5'],
    ['unusual names', js.replaceAll('history', '$hïstory_'), 'a.js:4:5'],
  ];
  for (const [what, text, expected] of texts) {
    test(what, async () => {
      using scripts = new Scripts({ 'a.js': text });
      const name = /\$hïstory_/.test(text) ? '$hïstory_' : 'history';
      assert.deepEqual(await sites(scripts.map, query(name, { container: 'array' })), [expected]);
    });
  }

  test('a bundle of 5 MB is searched in each of several searches, parsed once', {
    timeout: 60_000,
  }, async () => {
    const module = (i: number): string =>
      `var C${i}=class{constructor(){this.items${i}=[],this.history=new Map}add(e,t){for(let n of e)t(n)&&this.items${i}.push({n,i:${i},at:Date.now()});return this.items${i}.length}};function f${i}(e){const t={a:e,b:[1,2,3],c:()=>e.a};return new C${i}().add(t.b,n=>n>${i})}\n`;
    let text = '';
    for (let i = 0; text.length < 5e6; i++) text += module(i);
    text += 'class Last{constructor(){this.last=[]}add(e){this.last.push(e)}}';
    using scripts = new Scripts({ 'big.js': text });
    const parser = await SyntaxParser.create();
    const first = await findStoreSites(scripts.map, query('last', { container: 'array' }), parser);
    const file = await parser.file(scripts.map, 1);
    const second = await findStoreSites(scripts.map, query('items77', { container: 'array' }), parser);
    assert.match(first[0].text, /^this\.last\.push/);
    assert.match(second[0].text, /^this\.items77\.push/);
    assert.equal(await parser.file(scripts.map, 1), file);
    // A field that every class has.
    assert.deepEqual(await findStoreSites(scripts.map, query('history', { container: 'map' }), parser), []);
    parser.dispose();
  });

  test('no sources, no names, no scripts: nothing is found', async () => {
    const gone = new ScriptMap([{ id: '1', url: 'file:///no/such/a.js' }]);
    assert.deepEqual(await sites(gone, query('history'), query(''), query('x', { scripts: [5, 6] })), [
      'none',
      'none',
      'none',
    ]);
    using scripts = new Scripts({ 'a.js': 'x.history.push(1)' });
    rmSync(scripts.path('a.js'));
    assert.deepEqual(await sites(scripts.map, query('history')), ['none']);
  });

  test('names that look like patterns or prototypes', async () => {
    using scripts = new Scripts({
      'a.js': 'class A { add(k, v) { this.constructor.all.push(v); this["a.b*"].push(k); } }',
    });
    for (const name of ['__proto__', 'constructor', 'toString', '(.*)', '\\', 'a.b*']) {
      const asked = query(name, { gainedClasses: ['constructor', '$(', '{__proto__}'] });
      const parser = await SyntaxParser.create();
      const found = await findStoreSites(scripts.map, asked, parser);
      parser.dispose();
      assert.equal(found.length > 0, name === 'a.b*' || name === 'constructor', name);
    }
  });
});
