import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transformSync } from 'esbuild';
import type { Holder } from '../../../src/engine/holders.ts';
import { withOriginalNames } from '../../../src/engine/original-names.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { Scripts } from '../source/support.ts';
import { facts } from './support.ts';

const CODE = `export function makeCache() {
  const compiled = new Map();
  return (key: string) => compiled.set(key, key);
}
class AgentMemory {
  history: string[] = [];
  constructor(first: string) { this.history.push(first); }
}
export const start = () => new AgentMemory(String(makeCache()));
`;

/** The minified text, and where in it a pattern's group begins. */
function minified() {
  const { code, map } = transformSync(CODE, {
    loader: 'ts',
    minify: true,
    sourcemap: 'external',
    sourcefile: 'a.ts',
  });
  return { code, map, at: (pattern: RegExp) => ({ scriptId: 1, line0: 0, column0: code.search(pattern) }) };
}

test('variables and classes of a minified script go by the names of its source', async () => {
  const { code, map, at } = minified();
  const variable = /(?:let|const) (\w+)=new Map/.exec(code)![1];
  const owner = /class (\w+)/.exec(code)![1];
  using scripts = new Scripts(
    { 'out.js': code, 'out.js.map': map },
    { 'out.js': { sourceMapUrl: 'out.js.map' } },
  );
  const parser = await SyntaxParser.create();
  const named = (display: string, holder: Holder) =>
    withOriginalNames(facts({ display, holder, path: [] }), scripts.map, parser);
  // The arrow function sees the variable; a class is placed at its constructor's parameters.
  const inner = at(/\w+=>\w+\.set/);
  const cache = await named(variable, { how: 'variable', name: variable, declaredAt: inner });
  assert.deepEqual([cache.display, cache.holder.name], ['compiled', 'compiled']);
  const declaredAt = { ...at(/constructor\(/), column0: at(/constructor\(/).column0 + 'constructor'.length };
  const field: Holder = { how: 'field', name: 'history', className: owner, declaredAt };
  const history = await named(`${owner}.history`, field);
  assert.deepEqual([history.display, history.holder.className], ['AgentMemory.history', 'AgentMemory']);
  parser.dispose();
});

test('without a source map names stay as they run', async () => {
  const { code, at } = minified();
  using scripts = new Scripts({ 'out.js': code });
  const parser = await SyntaxParser.create();
  const variable = /(?:let|const) (\w+)=new Map/.exec(code)![1];
  const owner = facts({
    display: variable,
    holder: { how: 'variable', name: variable, declaredAt: at(/\w+=>\w+\.set/) },
  });
  assert.equal(await withOriginalNames(owner, scripts.map, parser), owner);
  parser.dispose();
});
