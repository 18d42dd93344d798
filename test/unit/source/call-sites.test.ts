import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findCallSite } from '../../../src/source/call-sites.ts';
import { findFreeable, mentionsClass } from '../../../src/source/freeable.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { Scripts } from './support.ts';

/** `@` stands where V8 places the calling function; the call's line holds `<--`, or none does. */
const CALLS: [what: string, callee: string, marked: string][] = [
  ['a method', 'runTools', 'async function step@(i) {\n prepare();\n openai.beta.runTools({ i }); // <--\n}'],
  ['a method with its class', 'Agent.invoke', 'const f = @async () => {\n await a.invoke(1); // <--\n};'],
  ['a constructor', 'Client', 'function f@() {\n const c = new Client(); // <--\n}'],
  ['a namespaced constructor', 'Client', 'function f@() {\n return new sdk.Client(); // <--\n}'],
  ['a private method', '#send', 'class A { f@() {\n this.#send(); // <--\n } }'],
  ['the first of two', 'add', 'function f@() {\n add(1); // <--\n add(2);\n}'],
  ['not in another function', 'add', 'function f@() {\n sub(1);\n}\nfunction g() { add(2); }'],
  ['a callee without a name', '', 'function f@() {\n add(1);\n}'],
  ['by its package', 'createLog', "import log from 'pkg';\nfunction f@() {\n one(1);\n log('x'); // <--\n}"],
  [
    'a method of what a package made',
    'incBy',
    "import { Counter } from 'pkg';\nconst c = new Counter();\nfunction f@() {\n one();\n c.inc(1); // <--\n}",
  ],
  ['not of another package', 'createLog', "import log from 'other';\nfunction f@() {\n log('x');\n}"],
];

const PACKAGE = 'file:///agent/node_modules/pkg/src/common.js';

describe('call sites', () => {
  let parser: SyntaxParser;
  before(async () => {
    parser = await SyntaxParser.create();
  });
  after(() => parser.dispose());

  for (const [what, callee, marked] of CALLS) {
    test(what, async () => {
      using scripts = new Scripts({ 'a.mjs': marked.replace('@', '') });
      const ahead = marked.slice(0, marked.indexOf('@')).split('\n');
      const caller = { scriptId: 1, line0: ahead.length - 1, column0: ahead.at(-1)!.length };
      const own = await SyntaxParser.create();
      const found = await findCallSite(scripts.map, caller, { name: callee, url: PACKAGE }, own);
      own.dispose();
      const expected = marked.split('\n').findIndex((line) => line.includes('<--'));
      assert.equal(found?.line0 ?? -1, expected);
    });
  }

  test('classes whose instances must be freed', async () => {
    const text = [
      'class Plain { run() {} }',
      'class Encoder { constructor(p) { this.ptr = p; } free() { wasm.free(this.ptr); } }',
      'class Stream { close() {} }',
      'exports.make = function () { return Encoder.wrap(wasm.make()); };',
      'exports.other = function () { return 1; };',
    ].join('\n');
    using scripts = new Scripts({ 'a.cjs': text });
    const found = await findFreeable(scripts.map, 1, parser);
    assert.deepEqual(
      found.map(({ functionName, line0 }) => [functionName, line0]),
      [
        ['Encoder', 1],
        ['Stream', 2],
      ],
    );
    const at = (line0: number) => ({ scriptId: 1, line0, column0: text.split('\n')[line0].indexOf('()') });
    assert.equal(await mentionsClass(scripts.map, at(3), 'Encoder', parser), true);
    assert.equal(await mentionsClass(scripts.map, at(4), 'Encoder', parser), false);
  });
});
