import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findStoreSites } from '../../../src/source/store-sites.ts';
import type { StoreQuery } from '../../../src/source/store-types.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { query, Scripts } from './support.ts';

/** The line that must come first holds `<--`. */
interface Case {
  what: string;
  name: string;
  more?: Partial<StoreQuery>;
  code: string | Record<string, string>;
}

const agent = (body: string, initial = '[]'): string =>
  `class Agent {\n  history = ${initial};\n  constructor() { this.history = ${initial}; }\n${body}\n}`;

const field: Case[] = [
  ['push', 'add(m) { this.history.push(m); } // <--'],
  ['unshift', 'add(m) {\n this.history.unshift(m); // <--\n this.history.pop(); }'],
  ['splice', 'add(m) { this.history.splice(0, 1);\n this.history.splice(0, 0, m); } // <--'],
  ['optional chaining', 'add(m) { this?.history?.push?.(m); } // <--'],
  ['string subscript', 'add(m) { this["history"].push(m); } // <--'],
  [
    'a key that a constant names',
    'add(m) { if (this[KEY]) this[KEY].push(m); // <--\n else tell(m, KEY); } }\nconst KEY = "history"; {',
  ],
  ['at its length', 'add(m) { this.history[this.history.length] = m; } // <--'],
  ['spread', 'add(m) { this.history = [...this.history, m]; } // <--'],
  ['concat', 'add(m) { this.history = this.history.concat(m); } // <--'],
  [
    'spread into a local first',
    'add(m) { const next = [...this.history, m];\n this.history = next; } // <--',
  ],
  ['push.apply', 'add(m) { this.history.push.apply(this.history, m); } // <--'],
  ['Array.prototype.push.call', 'add(m) { Array.prototype.push.call(this.history, m); } // <--'],
  ['alias', 'add(m) { const h = this.history;\n h.push(m); } // <--'],
  ['destructured', 'add(m) { const { history } = this;\n history.push(m); } // <--'],
  ['destructured and renamed', 'add(m) { const { history: h = [] } = this;\n h.push(m); } // <--'],
  ['getter', 'get log() { return this.history; }\n add(m) { this.log.push(m); } // <--'],
  ['method that returns it', 'list() { return this.history; }\n add(m) { this.list().push(m); } // <--'],
  ['helper', 'add(m) { remember(this.history, m); } }\nfunction remember(list, m) { list.push(m); // <--\n'],
  ['own helper method', 'add(m) { this.keep(m, this.history); }\n keep(m, list) { list.push(m); } // <--'],
  ['arrow helper', 'add(m) { keep(this.history, m); } }\nconst keep = (list, m) => list.push(m); { // <--'],
  [
    'filtered elsewhere',
    'trim() { this.history = this.history.filter(Boolean); }\n add(m) { this.history.push(m); } // <--',
  ],
  ['chain over lines', 'add(m) { this\n  .history\n  .push(m); } // <--'],
  [
    'helper that answers with it',
    'add(m) { same(other, 1).push(m);\n same(this.history).push(m); } // <--\n }\nfunction same(list) { return list; } {',
  ],
  ['inside a callback', 'add(ms) { ms.forEach((m) => this.history.push(m)); } // <--'],
  ['second name', 'messages = this.history;\n add(m) { this.messages.push(m); } // <--'],
].map(([what, body]) => ({ what, name: 'history', more: { container: 'array' }, code: agent(body) }));

const maps: Case[] = [
  ['set', 'add(k, v) { this.history.set(k, v); } // <--', 'map'],
  ['private set', 'add(k, v) { this.#priv.set(k, v); } // <--\n #priv = new Map();', 'map', '#priv'],
  ['Set.add', 'add(v) { this.history.add(v); } // <--', 'set'],
  ['subscript', 'add(k, v) { this.history[k] = v; } // <--', 'dictionary'],
  ['??=', 'add(k, v) { return (this.history[k] ??= v); } // <--', 'dictionary'],
  ['||=', 'add(k, v) { this.history[k] ||= v; } // <--', 'dictionary'],
  ['object spread', 'add(k, v) { this.history = { ...this.history, [k]: v }; } // <--', 'dictionary'],
  ['Object.assign', 'add(k, v) { Object.assign(this.history, { [k]: v }); } // <--', 'dictionary'],
  ['Reflect.set', 'add(k, v) { Reflect.set(this.history, k, v); } // <--', 'dictionary'],
  [
    'a fixed key beside a free one',
    'a(v) { this.history.set("config", v); }\n add(k, v) { this.history.set(k, v); } // <--',
    'map',
  ],
  ['map of arrays by get', 'add(k, v) { this.history.get(k).push(v); } // <--\n', 'array'],
  [
    'map of arrays with a default',
    'add(k, v) { const l = this.history.get(k) ?? [];\n l.push(v); } // <--',
    'array',
  ],
  [
    'map of arrays, made when missing',
    'add(k, v) { let l = this.history.get(k); if (!l) this.history.set(k, (l = []));\n l.push(v); } // <--',
    'array',
  ],
  ['dictionary of arrays', 'add(k, v) { (this.history[k] ||= []).push(v); } // <--', 'array'],
  [
    'map of arrays by a helper',
    'add(k, v) {\n getOrMake(this.history, k).push(v); } // <--\n }\nfunction getOrMake(m, k) { let l = m.get(k); if (!l) m.set(k, (l = [])); return l; } {',
    'array',
  ],
  ['array made first', 'add(k, v) { const l = []; this.history.set(k, l);\n l.push(v); } // <--', 'array'],
  ['each kept array', 'add(v) { for (const l of this.history.values()) l.push(v); } // <--', 'array'],
  ['each by forEach', 'add(v) { this.history.forEach((l) => l.push(v)); } // <--', 'array'],
  ['new Map of the old', 'add(k, v) { this.history = new Map([...this.history, [k, v]]); } // <--', 'map'],
].map(([what, body, container, name = 'history']) => ({
  what,
  name,
  more: { container: container as StoreQuery['container'] },
  code: agent(body, 'new Map()'),
}));

const links: Case[] = [
  ['promise chain', 'run(f) { this.history = this.history.then(f); return this.history; } // <--', 'object'],
  [
    'promise chain by alias',
    'run(f) { const prev = this.history;\n this.history = prev.then(f); } // <--',
    'unknown',
  ],
  [
    'promise chain in an async function',
    'run(f) { const prev = this.history;\n this.history = (async () => { await prev; await f(); })(); } // <--',
    'unknown',
  ],
  [
    'race with a promise',
    'async run(f) { await f();\n return Promise.race([f(), this.history]); } // <--',
    'promise',
  ],
  [
    'race with a promise that was handed on',
    'run(f) { return until(f, this.history); } }\nasync function until(f, end) {\n return await Promise.race([f(), end]); // <--\n',
    'promise',
  ],
  ['reaction to a promise', 'run(f) { this.history.then(() => f()); } // <--', 'promise'],
  ['linked list', 'add(v) { this.history = { v, next: this.history }; } // <--', 'object'],
  ['linked list by a class', 'add(v) { this.history = new Node(v, this.history); } // <--', 'object'],
  [
    'linked list in two steps',
    'add(v) { const n = { v }; n.next = this.history;\n this.history = n; } // <--',
    'object',
  ],
  [
    'linked list at its tail',
    'add(v) { const n = { v }; this.history.next = n; // <--\n this.history = n; }',
    'object',
  ],
  ['growing text', 'add(v) { this.history += v; } // <--', 'unknown'],
].map(([what, body, container]) => ({
  what,
  name: 'history',
  more: { container: container as StoreQuery['container'] },
  code: agent(body, 'null'),
}));

const variable = (container: StoreQuery['container']): Partial<StoreQuery> => ({
  holder: 'variable',
  container,
});
const variables: Case[] = (
  [
    {
      what: 'module variable',
      code: 'const cache = new Map();\nexport function put(k, v) { cache.set(k, v); } // <--',
    },
    {
      what: 'closure variable beside one of the same name',
      code: 'function a() { const cache = new Map(); return (k, v) => cache.set(k, v); } // <--\nfunction b() { const cache = new Map(); return () => cache.get(1); }',
    },
    {
      what: 'imported',
      code: {
        'cache.mjs': 'export const cache = new Map();\nexport const size = () => cache.size;',
        'agent.mjs':
          "import { cache as c } from './cache.mjs';\nexport function put(k, v) { c.set(k, v); } // <--",
      },
    },
    {
      what: 'imported as a namespace, exported in a list',
      code: {
        'lib/cache.mjs': 'const cache = new Map();\nexport { cache as store };',
        'agent.mjs':
          "import * as lib from './lib/cache.mjs';\nexport const put = (k, v) => lib.store.set(k, v); // <--",
      },
    },
    {
      what: 'the default export',
      code: {
        'cache.mjs': 'const cache = new Map();\nexport default cache;',
        'agent.mjs':
          "import things from './cache.mjs';\nexport const put = (k, v) => things.set(k, v); // <--",
      },
    },
    {
      what: 'through a barrel',
      code: {
        'cache.mjs': 'export const cache = new Map();',
        'index.mjs': "export * from './cache.mjs';",
        'agent.mjs':
          "import { cache } from './index.mjs';\nexport const put = (k, v) => cache.set(k, v); // <--",
      },
    },
    {
      what: 'CommonJS exports',
      code: {
        'cache.cjs': 'const cache = new Map();\nmodule.exports = { cache };',
        'agent.cjs':
          "const { cache } = require('./cache.cjs');\nexports.put = (k, v) => cache.set(k, v); // <--",
      },
    },
    {
      what: 'CommonJS as TypeScript writes it',
      code: {
        'cache.js': '"use strict";\nexports.cache = void 0;\nexports.cache = new Map();',
        'agent.js':
          '"use strict";\nconst cache_1 = require("./cache");\nfunction put(k, v) { cache_1.cache.set(k, v); } // <--',
      },
    },
    {
      what: 'a function of another module answers with it',
      code: {
        'cache.mjs': 'const cache = new Map();\nexport function all() { return cache; }',
        'agent.mjs':
          "import { all } from './cache.mjs';\nexport const put = (k, v) => all().set(k, v); // <--",
      },
    },
    {
      what: 'handed to a helper of another module',
      code: {
        'agent.mjs':
          "import { remember } from './helper.mjs';\nconst cache = new Map();\nexport const put = (k, v) => remember(cache, k, v);",
        'helper.mjs': 'export function remember(map, k, v) { map.set(k, v); } // <--',
      },
    },
    {
      what: 'handed to a CommonJS helper',
      code: {
        'agent.cjs':
          "const h = require('./helper.cjs');\nconst cache = new Map();\nexports.put = (k, v) => h.remember(cache, k, v);",
        'helper.cjs': 'exports.remember = function (map, k, v) { map.set(k, v); }; // <--',
      },
    },
  ] as Pick<Case, 'what' | 'code'>[]
).map((c) => ({ ...c, name: 'cache', more: variable('map') }));

const others: Case[] = [
  {
    what: 'static field',
    name: 'all',
    more: { className: 'Agent', container: 'set' },
    code: 'class Agent { static all = new Set();\n constructor() { Agent.all.add(this); } } // <--',
  },
  {
    what: 'globalThis',
    name: 'registry',
    more: { holder: 'global', container: 'map' },
    code: 'globalThis.registry ??= new Map();\nfunction add(k, v) { globalThis.registry.set(k, v); } // <--',
  },
  {
    what: 'a bare global',
    name: 'registry',
    more: { holder: 'global', container: 'array' },
    code: 'global.registry = [];\nfunction add(v) { registry.push(v); } // <--',
  },
  {
    what: 'a global under a symbol',
    name: 'Symbol(app.registry)',
    more: { holder: 'global', container: 'array' },
    code: "const KEY = Symbol.for('app.registry');\nglobalThis[KEY] ??= [];\nfunction add(v) { globalThis[KEY].push(v); } // <--",
  },
  {
    what: 'private fields as TypeScript lowers them',
    name: '_Agent_history',
    more: { holder: 'variable', container: 'array' },
    code: 'var _Agent_history;\nclass Agent { constructor() { _Agent_history.set(this, []); }\n add(m) { __classPrivateFieldGet(this, _Agent_history, "f").push(m); } } // <--\n_Agent_history = new WeakMap();',
  },
  {
    what: 'private fields as esbuild lowers them',
    name: '_history',
    more: { holder: 'variable', container: 'array' },
    code: 'var _history;\nclass Agent { constructor() { __privateAdd(this, _history, []); }\n add(m) { __privateGet(this, _history).push(m); } } // <--\n_history = new WeakMap();',
  },
  {
    what: 'state rebuilt by a reducer',
    name: 'messages',
    more: { className: 'Object', container: 'array' },
    code: 'function reduce(state, m) {\n return { ...state,\n messages: [...state.messages, m] }; } // <--',
  },
  {
    what: 'prototype methods',
    name: 'items',
    more: { className: 'Queue', container: 'array' },
    code: 'function Queue() { this.items = []; }\nQueue.prototype.add = function (v) { this.items.push(v); }; // <--',
  },
  {
    what: 'object literal with methods',
    name: 'items',
    more: { className: 'Object', container: 'array' },
    code: 'export const queue = { items: [],\n add(v) { this.items.push(v); } }; // <--',
  },
  {
    what: 'a shared array under two names',
    name: 'items',
    more: { className: 'Object', container: 'array' },
    code: 'const shared = [];\nexport const queue = { items: shared };\nexport function add(v) { shared.push(v); } // <--',
  },
  {
    what: 'AbortSignal listeners by the name of the event',
    name: 'abort',
    more: { container: 'listeners' },
    code: "function run(signal) {\n signal.addEventListener('abort', handler); } // <--",
  },
  {
    what: 'an emitter by the name of its field',
    name: 'bus',
    more: { container: 'listeners' },
    code: "class Tool { constructor(bus) { this.bus = bus; }\n start() { this.bus.on('x', () => this.stop()); } } // <--",
  },
  {
    what: 'FinalizationRegistry',
    name: 'registry',
    more: { holder: 'variable' },
    code: 'const registry = new FinalizationRegistry(() => {});\nfunction track(o) { registry.register(o, { o }); } // <--',
  },
];

describe('forms of storing', () => {
  for (const { what, name, more, code } of [...field, ...maps, ...links, ...variables, ...others]) {
    test(what, async () => {
      using scripts = new Scripts(typeof code === 'string' ? { 'agent.mjs': code } : code);
      const own = await SyntaxParser.create();
      const found = await findStoreSites(scripts.map, query(name, { className: 'Agent', ...more }), own);
      own.dispose();
      const lines = found.map((at) => `${at.score} ${scripts.line(at)} | ${at.evidence}`);
      assert.match(lines[0] ?? 'nothing found', /<--/, lines.join('\n'));
    });
  }
});
