import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findStoreSites } from '../../../src/source/store-sites.ts';
import type { ScriptPosition } from '../../../src/source/store-types.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { query, Scripts } from './support.ts';

const STREAMS = `class Transport {
  constructor() { this._streams = new Map(); }
  get(id) { this._streams.set(this._standalone, { controller: id, cleanup: () => { id.close(); } }); }
  replay(id) { this._streams.set(id, { controller: id, cleanup: () => { this._streams.delete(id); } }); }
  post(id) { return new Promise((resolve) => {
      this._streams.set(id, { resolveJson: resolve, cleanup: () => { this._streams.delete(id); return 3; } });
      const entry = { cleanup: () => 4 };
      if (id > 4) this._streams.set(id, entry);
    }); }
}
class Other { constructor() { this._streams = new Map(); } put(k, v) { this._streams.set(k, v); } }
`;

describe('ranking of store sites', () => {
  let parser: SyntaxParser;
  before(async () => {
    parser = await SyntaxParser.create();
  });
  after(() => parser.dispose());

  async function rank(
    code: string | Record<string, string>,
    more: (scripts: Scripts) => object,
  ): Promise<string[]> {
    using scripts = new Scripts(typeof code === 'string' ? { 'a.mjs': code } : code);
    const own = await SyntaxParser.create();
    const found = await findStoreSites(
      scripts.map,
      query('_streams', { container: 'map', ...more(scripts) }),
      own,
    );
    own.dispose();
    for (const site of found) {
      assert.ok(site.score > 0 && site.score <= 1);
      assert.ok(site.evidence.length <= 300 && site.text.length <= 160);
    }
    return found.map((site) => scripts.line(site).trim());
  }

  const transport = (scripts: Scripts): object => ({
    className: 'Transport',
    declaredAt: scripts.at('() { this._streams'),
  });

  test('what a variable was given later is what is stored, before what that is given itself', async () => {
    const code = `const _streams = {};
export async function handle(id) {
  let stream = id && _streams[id];
  if (!stream) {
    stream = new Stream({ opened: (own) => { _streams[own] = stream; } });
    stream.onclose = () => { delete _streams[stream.id]; };
  }
  return stream;
}
`;
    const [best] = await rank(code, (scripts) => ({
      holder: 'variable',
      container: 'dictionary',
      gainedClasses: ['Stream'],
      gainedAt: [scripts.at('() => { delete')],
    }));
    assert.match(best, /= stream;/);
  });

  test('of equal stores, one in a function that some snapshot has', async () => {
    const code = `export function memoize(fn, length) {
  const _streams = Object.create(null);
  if (length === 0) return function () { return (_streams['all'] ??= fn()); };
  if (length === 1) return function (id) { _streams[id] = fn(id); return _streams[id]; };
  return function (...ids) { const id = ids.join(); _streams[id] = fn(...ids); return _streams[id]; };
}
`;
    const [best] = await rank(code, (scripts) => ({
      holder: 'variable',
      container: 'dictionary',
      isUnseen: (at: ScriptPosition) => at.line0 !== scripts.at('(...ids)').line0,
    }));
    assert.match(best, /ids\.join/);
  });

  test('the expression that holds the gained closures comes first', async () => {
    const last = await rank(STREAMS, (s) => ({
      ...transport(s),
      gainedAt: [s.at('() => { this._streams.delete(id); return 3')],
    }));
    assert.match(last[0], /resolveJson/);
    const first = await rank(STREAMS, (s) => ({ ...transport(s), gainedAt: [s.at('() => { id.close')] }));
    assert.match(first[0], /^get\(id\)/);
  });

  test('also where the value was made before', async () => {
    const lines = await rank(STREAMS, (s) => ({ ...transport(s), gainedAt: [s.at('() => 4')] }));
    assert.match(lines[0], /entry\);$/);
  });

  test('the shape of what was gained decides', async () => {
    const lines = await rank(STREAMS, (s) => ({
      ...transport(s),
      gainedClasses: ['Array', '{resolveJson, cleanup}'],
    }));
    assert.match(lines[0], /resolveJson/);
  });

  test('functions on live allocation stacks decide where nothing else does', async () => {
    const lines = await rank(STREAMS, (s) => ({
      ...transport(s),
      frames: [{ ...s.at('(id) { this._streams.set(id, { controller'), functionName: 'replay', bytes: 100 }],
    }));
    assert.match(lines[0], /^replay/);
  });

  test('a field of the same name in another class comes last', async () => {
    const lines = await rank(STREAMS, transport);
    assert.match(lines.at(-1)!, /^class Other/);
  });

  test('a new object of the gained class comes before others', async () => {
    const code = `class A { a(k) { this._streams.set(k, new Small()); }
      b(k) { this._streams.set(k, new api.ChatModel(k)); }
      c(k) { const made = build(k);
        this._streams.set(k, made); } }
      function build(k) { return new Tool(k); }`;
    const model = await rank(code, () => ({ className: 'A', gainedClasses: ['Object', 'ChatModel'] }));
    assert.match(model[0], /ChatModel/);
    const tool = await rank(code, () => ({ className: 'A', gainedClasses: ['Tool'] }));
    assert.match(tool[0], /, made\)/);
  });

  test('of two that store a new object, the one that was seen making them', async () => {
    const code = `class Server { of(k) { let a = this._streams.get(k);
        if (!a) { a = new Small(this, k); this._streams.set(k, a); } } }
      class Parent { create(k) { const small = new Small(this.server, k);
          this.server._streams.set(k, small); } }`;
    const more = { className: 'Server', gainedClasses: ['Small'] };
    assert.match((await rank(code, () => more))[0], /if \(!a\)/);
    const seen = await rank(code, (s) => ({ ...more, makers: new Map([['Small', [s.at('(k) { const')]]]) }));
    assert.match(seen[0], /this\.server/);
    const inlined = await rank(code, (s) => ({ ...more, makers: new Map([['Small', [s.at('(k) { let')]]]) }));
    assert.match(inlined[0], /if \(!a\)/);
  });

  test('objects that register themselves', async () => {
    const code = `const reg = { _streams: new Map() };
      class Plain { keep(k) { reg._streams.set(k, this); } }
      class Agent { constructor(k) {
          reg._streams.set(k, this); } }`;
    const lines = await rank(code, () => ({ className: 'Object', gainedClasses: ['Agent'] }));
    assert.equal(lines[0], 'reg._streams.set(k, this); } }');
  });

  test('what runs again comes before what fills it once', async () => {
    const code = `class A { constructor(all) { this._streams = new Map(); for (const k of all) this._streams.set(k, k); }
      add(k, v) { this._streams.set(k, v); } }
      const a = new A([]); a._streams.set('first', 1);`;
    const lines = await rank(code, () => ({ className: 'A' }));
    assert.match(lines[0], /^add/);
  });

  test('a container without a telling name is found by what it stores', async () => {
    const code = `const als = new AsyncLocalStorage();
      export function step(id) { seen.push(id);
        als.enterWith({ runId: id, messages: [], parent: als.getStore() }); }`;
    using scripts = new Scripts({ 'a.mjs': code });
    const asked = query('', { holder: 'unknown', gainedClasses: ['{runId, messages, parent}'] });
    const found = await findStoreSites(scripts.map, asked, parser);
    assert.match(scripts.line(found[0]), /enterWith/);
  });

  test('chained callbacks: each assignment keeps the one before', async () => {
    const code = `class Client { connect(transport) {
        const previous = transport.onclose;
        transport.onclose = () => { previous?.(); this.closed(); };
      } }
      class Server { close(transport) { transport.onclose = undefined; } }`;
    using scripts = new Scripts({ 'b.mjs': code });
    const asked = query('onclose', { className: 'Transport', gainedAt: [scripts.at('() => { previous')] });
    const own = await SyntaxParser.create();
    const found = await findStoreSites(scripts.map, asked, own);
    own.dispose();
    assert.match(scripts.line(found[0]), /transport\.onclose = \(\) =>/);
  });

  test('nested dictionaries, as checkpointers keep them', async () => {
    const code = `class Saver { storage = {};
      put(thread, ns, id, c) { this.storage[thread] ??= {}; this.storage[thread][ns] ??= {};
        this.storage[thread][ns][id] = [serialize(c), c.parent]; } }`;
    using scripts = new Scripts({ 'c.mjs': code });
    const own = await SyntaxParser.create();
    const inner = { className: 'Object', container: 'dictionary' as const };
    const held = { holder: 'field' as const, name: 'storage', className: 'Saver' };
    const [one] = await findStoreSites(scripts.map, query('thread-7', { ...inner, heldBy: [held] }), own);
    assert.match(one.text, /^this\.storage\[thread\]\[ns\] \?\?=/);
    const keys = [
      { ...held, name: 'main' },
      { ...held, name: 'thread-7' },
    ];
    const [two] = await findStoreSites(scripts.map, query('c-1', { ...inner, heldBy: [...keys, held] }), own);
    own.dispose();
    assert.match(two.text, /serialize/);
  });

  test('a class that is a container itself', async () => {
    const code = `class Sessions extends Map {
        open(id) { super.set(id, { id }); return id; }
      }
      class Plain { set(k, v) { this.set(k, v); } }
      export const sessions = new Sessions();`;
    using scripts = new Scripts({ 'e.mjs': code });
    const own = await SyntaxParser.create();
    const asked = query('sessions', { holder: 'variable', container: 'map' });
    const found = await findStoreSites(scripts.map, asked, own);
    own.dispose();
    assert.match(found[0].text, /^super\.set/);
  });

  test('text from scripts is flat, plain and cut', async () => {
    const code = `class A { add(k) { this._streams.set(k, "\u001b[31m\u202e" + \`${'x\n'.repeat(500)}\`); } }`;
    using scripts = new Scripts({ 'd.mjs': code });
    const own = await SyntaxParser.create();
    const [site] = await findStoreSites(scripts.map, query('_streams', { container: 'map' }), own);
    own.dispose();
    assert.doesNotMatch(site.text + site.evidence, /[\u0000-\u001f\u202e]/);
    assert.ok(site.text.length <= 160);
  });
});
