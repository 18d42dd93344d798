import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { findStoreSites } from '../../../src/source/store-sites.ts';
import type { StoreQuery } from '../../../src/source/store-types.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { query, Scripts } from './support.ts';

/** The line that ends with `// <--` stores. */
const CASES: { what: string; more: Partial<StoreQuery>; code: string }[] = [
  {
    what: 'a property of what a function answers with',
    more: { container: 'dictionary' },
    code: `class Agent {
  history = {};
  add(k, v) {
    const { last, key } = lastOf(this.history, k);
    last[key] = v; // <--
  }
}
function lastOf(object, key) { return { last: object, key }; }`,
  },
  {
    what: 'a property of what a function answers with, by another name',
    more: { container: 'array' },
    code: `class Agent {
  history = [];
  state() { return { items: this.history }; }
  add(v) {
    const { items: list } = this.state();
    list.push(v); // <--
  }
}`,
  },
  {
    what: 'a field that was given to another field',
    more: { container: 'map', className: 'Agent' },
    code: `class Agent {
  constructor(options) {
    this.opts = { store: new Map(), ...options };
    this.history = this.opts.store ?? new Map();
  }
  add(k, v) {
    const { store } = this.opts;
    store.set(k, v); // <--
  }
}`,
  },
  {
    what: 'not a copy from one name of it to the other',
    more: { container: 'map', holder: 'variable' },
    code: `let history = new Map();
let next = history;
function fork() {
  next = new Map();
  history.forEach((v, k) => { next.set(k, v); });
}
export function add(k, v) {
  fork();
  next.set(k, v); // <--
}`,
  },
  {
    what: 'not a copy for another object',
    more: { container: 'dictionary', className: 'Environment' },
    code: `class Environment {
  constructor() { this.history = {}; }
  render(inner, env) { inner.history = merge(inner.history, env.history); }
  add(k, v) {
    this.history[k] = v; // <--
  }
}`,
  },
  {
    what: 'not what only an empty one is given',
    more: { container: 'array' },
    code: `class Agent {
  history = [];
  add(v) {
    if (this.history.length === 0) {
      this.history.push(v);
      return;
    }
    this.history.push(v); // <--
  }
}`,
  },
];

describe('following a container', () => {
  let parser: SyntaxParser;
  // Its files are known by their script's id: a new one for each test's scripts.
  beforeEach(async () => {
    parser = await SyntaxParser.create();
  });
  afterEach(() => parser.dispose());

  for (const { what, more, code } of CASES) {
    test(what, async () => {
      using scripts = new Scripts({ 'a.mjs': code });
      const found = await findStoreSites(scripts.map, query('history', more), parser);
      assert.match(found.length ? scripts.line(found[0]) : 'nothing', /\/\/ <--$/);
    });
  }

  test('the class that a class of another file extends', async () => {
    using scripts = new Scripts({
      'registry.mjs': `import Base from './base.mjs';\nexport class Registry extends Base { constructor() { super(); } }`,
      'base.mjs': `class Base { constructor() { this.history = new Map(); }
  set(k, v) { this.history.get(k).push(v); } // <--
}
export default Base;`,
      'other.mjs': `import { Registry } from './registry.mjs';
class Other { constructor() { this.history = new Registry(); }
  put(k, v) { this.history.set(k, { provider: v, options: k }); }
}
export const other = new Other();`,
    });
    const found = await findStoreSites(
      scripts.map,
      query('history', {
        container: 'array',
        className: 'Registry',
        baseNames: ['Base'],
        declaredAt: scripts.at('() { super', 'registry.mjs'),
        gainedClasses: ['{provider, options}'],
        scripts: [1, 2, 3],
      }),
      parser,
    );
    assert.match(scripts.line(found[0]), /\/\/ <--$/);
  });
});
