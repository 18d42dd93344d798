import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Holder } from '../../../src/engine/holders.ts';
import type { LiveStack } from '../../../src/engine/profile.ts';
import { SiteFinder } from '../../../src/engine/sites.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { Scripts } from '../source/support.ts';
import { facts } from './support.ts';

const LIB_FILE = 'node_modules/lib/index.js';
const WEB_FILE = 'node_modules/web/index.js';
const LIB = `export class Store {
  entries = new Map();
  put(key) { this.entries.set(key, { key }); }
}
export function memoize(work) {
  const store = new Store();
  return (key) => (store.put(key), work(key));
}
`;
const WEB = 'export const app = { use() {}, reply(next) { next(); } };\n';

/**
 * The user's line of what `Store.entries` gains.
 * @param code the line that is wanted ends with `<--`; none does where none is to be named
 * @param frames the needles and files of sampled frames, leaf first
 */
async function ownLine(
  code: string,
  frames: [name: string, needle: string, file?: string][] = [],
  heldBy: Holder[] = [],
): Promise<{ line?: number; wanted?: number; evidence?: string }> {
  using scripts = new Scripts({ 'agent.mjs': code, [LIB_FILE]: LIB, [WEB_FILE]: WEB });
  const parser = await SyntaxParser.create();
  const stack: LiveStack = {
    bytes: 1000,
    frames: frames.map(([functionName, needle, file = 'agent.mjs']) => {
      const at = needle ? scripts.at(needle, file) : { ...scripts.at(code[0]), line0: 0, column0: 0 };
      const { url } = scripts.map.byId(at.scriptId)!;
      return {
        functionName,
        scriptId: `${at.scriptId}`,
        url,
        lineNumber: at.line0,
        columnNumber: at.column0,
      };
    }),
  };
  const declaredAt = scripts.at('class Store', LIB_FILE);
  const { userSite } = await new SiteFinder(scripts.map, parser, frames.length ? [stack] : []).sitesOf(
    facts({
      kind: 'map',
      path: [],
      holder: { how: 'field', name: 'entries', className: 'Store', declaredAt },
      heldBy,
    }),
  );
  parser.dispose();
  const wanted = code.split('\n').findIndex((line) => line.endsWith('<--'));
  return { line: userSite?.line, wanted: wanted < 0 ? undefined : wanted + 1, evidence: userSite?.evidence };
}

const CASES: [what: string, code: string, frames?: Parameters<typeof ownLine>[1]][] = [
  [
    'no stack: where the import is called, which takes the options',
    "import { memoize } from 'lib';\nconst tokens = memoize(split); // <--\nfor (const text of texts) tokens(text);\n",
  ],
  [
    'no stack: the method of the name of the storing function',
    "import { Store } from 'lib';\nconst store = new Store();\nfunction turn(text) {\n  store.put(text); // <--\n}\n",
  ],
  [
    'no stack: through a field, a function that makes it and `await`',
    "import * as lib from 'lib';\nasync function open() {\n  return new lib.Store();\n}\nclass Agent {\n  async start() { this.kept = await open(); }\n  turn(text) {\n    this.kept.put(text); // <--\n  }\n}\n",
  ],
  [
    'no stack: several calls that may be it: none rather than a wrong one',
    "import { one, two } from 'lib';\none();\ntwo();\n",
  ],
  ['no stack: another package', "import { put } from 'other';\nput(1);\n"],
  [
    "the script's own code calls it",
    "import { memoize } from 'lib';\nconst tokens = memoize(split);\nfunction other() {\n  tokens(1);\n}\nfor (const text of texts)\n  tokens(text); // <--\n",
    [
      ['put', '(key)', LIB_FILE],
      ['', '(key) => (store', LIB_FILE],
      ['', ''],
    ],
  ],
  [
    'a method without a name, of a field',
    "import { Store } from 'lib';\nclass Log {\n  constructor() { this.store = new Store(); }\n  note(what) {\n    const text = JSON.stringify(what);\n    this.store.save(text); // <--\n  }\n}\n",
    [
      ['put', '(key)', LIB_FILE],
      ['', '(key) => (store', LIB_FILE],
      ['note', '(what)'],
    ],
  ],
  [
    'through another package: the one call that made what stores',
    "import { memoize } from 'lib';\nimport { app } from 'web';\napp.use(memoize(split)); // <--\nfunction handle(response) {\n  response.reply(1);\n}\n",
    [
      ['put', '(key)', LIB_FILE],
      ['reply', '(next)', WEB_FILE],
      ['handle', '(response)'],
    ],
  ],
  [
    'through another package, where several calls may have made it: the call of the other',
    "import { memoize } from 'lib';\nimport { app } from 'web';\napp.use(memoize(split));\napp.use(memoize(join));\nfunction handle(response) {\n  response.reply(1); // <--\n}\n",
    [
      ['put', '(key)', LIB_FILE],
      ['reply', '(next)', WEB_FILE],
      ['handle', '(response)'],
    ],
  ],
];

for (const [what, code, frames] of CASES) {
  test(`the own line: ${what}`, async () => {
    const { line, wanted, evidence } = await ownLine(code, frames);
    assert.equal(line, wanted, evidence);
  });
}
