import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findRegistrationSites } from '../../../src/source/registration-sites.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { Scripts } from './support.ts';

/** `@` stands where V8 places the closure (and is taken out); the line that must come first holds `<--`. */
const CASES: Record<string, string> = {
  'addEventListener with an arrow':
    "function f(signal) {\n signal.addEventListener('abort', @() => stop()); } // <--",
  'on with a function': "function f(e) {\n e.on('x', function @(v) { use(v); }); } // <--",
  'once over lines': "function f(e) {\n e\n  .once( // <--\n  'x',\n  @(v) => use(v)); }",
  'process.on': "function f() { process.on('exit', @() => save()); } // <--",
  setInterval: 'function f() { const t = setInterval(@() => tick(), 1000); return t; } // <--',
  'a continuation': 'function f(p) { return p.then(@(v) => use(v)); } // <--',
  'kept in a Set': 'class A { on(x) { this.handlers.add(@() => x()); } } // <--',
  'in an object that is stored':
    'class A { start(id) {\n this.map.set(id, { // <--\n  cleanup: @() => this.map.delete(id) }); } }',
  'by variable':
    "function f(signal) { const onAbort = @() => stop();\n signal.addEventListener('abort', onAbort); } // <--",
  'by function name':
    "function onAbort@() { stop(); }\nfunction f(signal) { signal.addEventListener('abort', onAbort); } // <--",
  'by field':
    "class A { constructor(s) { this.onAbort = @() => this.stop();\n s.addEventListener('abort', this.onAbort); } } // <--",
  'by class field':
    "class A { #onAbort = @() => this.stop();\n start(s) { s.addEventListener('abort', this.#onAbort); } } // <--",
  'by method and bind':
    "class A { onAbort@() { this.stop(); }\n start(s) { s.addEventListener('abort', this.onAbort.bind(this)); } } // <--",
  'by a bound variable':
    "class A { onAbort@() {}\n start(s) { const bound = this.onAbort.bind(this);\n s.addEventListener('abort', bound); } } // <--",
  'a handler property': 'function f(signal) {\n signal.onabort = @() => stop(); } // <--',
  'made by a factory':
    "function make(x) { return @() => x.stop(); }\nfunction f(s, x) { s.addEventListener('abort', make(x)); } // <--",
  'made by an arrow factory':
    "const make = (x) => @() => x.stop();\nfunction f(s, x) { s.on('abort', make(x)); } // <--",
  'through a helper':
    "function onAbort(signal, fn) { signal.addEventListener('abort', fn); } // <--\nfunction f(s) {\n onAbort(s, @() => stop()); }",
  'through a helper method':
    "class A { listen(fn) { this.bus.on('x', fn); } // <--\n start() {\n this.listen(@() => this.stop()); } }",
  'wrapped by debounce': "function f(e) {\n e.on('x', debounce(@() => stop(), 10)); } // <--",
  'with names kept by esbuild': 'function f(e){\n e.on("x",__name(@()=>stop(),"onX"))} // <--',
  'in one line':
    "function a(s){s.x(()=>1)}function f(s){const q=@()=>stop();s.addEventListener('abort',q)} // <--",
  'with options': "function f(s) { s.addEventListener('abort', @() => stop(), { once: true }); } // <--",
  'of an object literal':
    "const h = { onAbort: @() => stop() };\nfunction f(s) { s.addEventListener('abort', h.onAbort); } // <--",
};

describe('registration sites', () => {
  let parser: SyntaxParser;
  for (const [what, marked] of Object.entries(CASES)) {
    test(what, async () => {
      using scripts = new Scripts({ 'a.mjs': marked.replace('@', '') });
      const at = marked.indexOf('@');
      const before = marked.slice(0, at).split('\n');
      const closure = { scriptId: 1, line0: before.length - 1, column0: before.at(-1)!.length };
      const own = await SyntaxParser.create();
      const found = await findRegistrationSites(scripts.map, closure, own);
      own.dispose();
      const lines = found.map((site) => `${site.score} ${scripts.line(site)} | ${site.evidence}`);
      assert.match(lines[0] ?? 'nothing found', /<--/, lines.join('\n'));
      assert.ok(found[0].score > 0.6, `sure enough: ${found[0].score}`);
    });
  }

  before(async () => {
    parser = await SyntaxParser.create();
  });
  after(() => parser.dispose());

  test('the column is the call’s own', async () => {
    using scripts = new Scripts({ 'a.mjs': "function a(s){s.on('x',()=>1)}function b(s){s.on('x',()=>2)}" });
    const found = await findRegistrationSites(scripts.map, scripts.at('()=>2'), parser);
    assert.deepEqual(
      [found[0].column0, found[0].functionName, found[0].text],
      [scripts.at("s.on('x',()=>2").column0, 'b', "s.on('x',()=>2)"],
    );
  });

  test('what lets go of a function does not register it', async () => {
    using scripts = new Scripts({
      'a.mjs':
        "function f(s, x) {\n const stop = () => x.stop();\n s.listen(stop);\n s.removeEventListener('abort', stop);\n s.off('abort', stop); }",
    });
    const own = await SyntaxParser.create();
    const found = await findRegistrationSites(scripts.map, scripts.at('() => x.stop()'), own);
    own.dispose();
    assert.deepEqual(
      found.map((site) => site.text),
      ['s.listen(stop)'],
    );
  });

  test('nothing where the script is unknown', async () => {
    using scripts = new Scripts({ 'b.mjs': 'x();' });
    assert.deepEqual(
      await findRegistrationSites(scripts.map, { scriptId: 9, line0: 0, column0: 0 }, parser),
      [],
    );
    assert.deepEqual(
      await findRegistrationSites(scripts.map, { scriptId: 1, line0: 70, column0: 0 }, parser),
      [],
    );
  });
});
