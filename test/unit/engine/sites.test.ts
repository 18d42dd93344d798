import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { OwnerFacts } from '../../../src/engine/owner-facts.ts';
import type { LiveStack, ProfileFrame } from '../../../src/engine/profile.ts';
import { SiteFinder } from '../../../src/engine/sites.ts';
import { ScriptMap } from '../../../src/source/script-map.ts';
import { SyntaxParser } from '../../../src/source/syntax.ts';
import { Scripts } from '../source/support.ts';
import { facts } from './support.ts';

const AGENT = `import { EventEmitter } from 'node:events';
import { Cache } from 'lib';
class AgentMemory {
  history = [];
  add(message) {
    this.history.push(message);
  }
}
const bus = new EventEmitter();
const cache = new Cache();
export async function turn(memory, text) {
  memory.add({ text });
  bus.on('done', function onDone() {
    memory.add({ text: 'done' });
  });
  cache.keep(text);
  return summarise(text);
}
function summarise(text) {
  return text.slice(0, 10);
}
`;
const LIB = `export class Cache {
  entries = new Map();
  keep(key) {
    this.entries.set(key, { key });
  }
}
`;
const LIB_FILE = 'node_modules/lib/index.js';
/** Of a package that the user does not import. */
const INNER_FILE = 'node_modules/inner/index.js';

let parser: SyntaxParser;
let scripts: Scripts;
before(async () => {
  parser = await SyntaxParser.create();
  scripts = new Scripts({ 'agent.js': AGENT, [LIB_FILE]: LIB, [INNER_FILE]: LIB });
});
after(() => {
  parser.dispose();
  scripts[Symbol.dispose]();
});

const sitesOf = (one: Partial<OwnerFacts>, stacks: LiveStack[] = []) =>
  new SiteFinder(scripts.map, parser, stacks).sitesOf(facts({ path: [], ...one }));

/** A frame of the function that begins at `needle`. */
function frame(functionName: string, needle: string, file = 'agent.js'): ProfileFrame {
  const { scriptId, line0, column0 } = scripts.at(needle, file);
  const { url } = scripts.map.byId(scriptId)!;
  return { functionName, scriptId: String(scriptId), url, lineNumber: line0, columnNumber: column0 };
}
const NODE_FRAME: ProfileFrame = {
  functionName: 'processTicksAndRejections',
  scriptId: '99',
  url: 'node:internal/process/task_queues',
  lineNumber: 71,
  columnNumber: 0,
};

test('a field of a class of the user: its push, and the same line as the own', async () => {
  const declaredAt = scripts.at('AgentMemory');
  const sites = await sitesOf({
    holder: { how: 'field', name: 'history', className: 'AgentMemory', declaredAt },
  });
  assert.deepEqual([sites.storeSite?.line, sites.storeSite?.path], [6, scripts.path('agent.js')]);
  assert.match(sites.storeSite!.evidence!, /^syntax: /);
  assert.deepEqual(sites.userSite, sites.storeSite);
  assert.equal(sites.ownerSite?.line, 3);
});

test("a package's store: the user's line is where it calls into the package", async () => {
  const declaredAt = scripts.at('Cache', LIB_FILE);
  const owner: Partial<OwnerFacts> = {
    kind: 'map',
    holder: { how: 'field', name: 'entries', className: 'Cache', declaredAt },
  };
  const through = [frame('keep', 'keep(key)', LIB_FILE), frame('turn', 'async function turn')];
  const elsewhere = [frame('summarise', 'function summarise'), frame('turn', 'async function turn')];
  const sites = await sitesOf(owner, [
    { frames: elsewhere, bytes: 9000 },
    { frames: through, bytes: 4000 },
  ]);
  assert.deepEqual([sites.storeSite?.line, sites.storeSite?.path], [4, scripts.path(LIB_FILE)]);
  assert.deepEqual([sites.userSite?.line, sites.userSite?.path], [16, scripts.path('agent.js')]);
  assert.match(sites.userSite!.evidence!, /call of `keep`/);
});

test("without stacks and calls of the package, the user's line is the nearest on the path that is the user's own", async () => {
  const { scriptId, line0, column0 } = scripts.at('class AgentMemory');
  const sites = await sitesOf({
    kind: 'map',
    holder: {
      how: 'field',
      name: 'entries',
      className: 'Cache',
      declaredAt: scripts.at('Cache', INNER_FILE),
    },
    path: [
      { edge: '', name: 'memory', className: 'AgentMemory', nodeId: 3, place: { scriptId, line0, column0 } },
      {
        edge: '.cache',
        name: 'cache',
        className: 'Cache',
        nodeId: 5,
        place: scripts.at('Cache', INNER_FILE),
      },
    ],
  });
  assert.equal(sites.userSite?.line, 3);
  assert.equal(sites.userSite?.evidence, 'path: `memory` holds it');
});

test('listeners: where the commonest and nearest callback was registered', async () => {
  const sites = await sitesOf({
    kind: 'listeners',
    holder: { how: 'unknown', name: '' },
    partPlaces: [
      { place: scripts.at('function onDone'), isFunction: true, depth: 1, count: 50 },
      { place: scripts.at('function summarise'), isFunction: true, depth: 3, count: 50 },
    ],
  });
  assert.equal(sites.storeSite?.line, 13);
  assert.equal(sites.userSite?.line, 13);
});

test('listeners: of the events that the emitter has some for', async () => {
  const code = `export function pipe(source, target) {
  source.on('data', onData);
  target.on('drain', onDrain);
  function onData(part) { return target.write(part); }
  function onDrain() { return source.resume(); }
}
`;
  using own = new Scripts({ 'pipe.js': code });
  const ownParser = await SyntaxParser.create();
  const part = (needle: string, depth: number) => ({
    place: own.at(needle),
    isFunction: true,
    depth,
    count: 9,
  });
  const owner = facts({
    path: [],
    kind: 'listeners',
    holder: { how: 'unknown', name: '' },
    partPlaces: [part('(part)', 1), part('() { return source', 1)],
  });
  const lineFor = async (events?: string[]) =>
    (await new SiteFinder(own.map, ownParser, []).sitesOf({ ...owner, events })).storeSite?.line;
  assert.equal(await lineFor(['error', 'drain']), 3);
  assert.equal(await lineFor(['data']), 2);
  assert.equal(await lineFor(), 2);
  ownParser.dispose();
});

test('timers: where the timer is started, not where its function listens as well', async () => {
  const code = `class Status {
  constructor(clock) {
    this.rotate = rotation(this);
    if (clock) clock.on('rotate', this.rotate);
    else this.interval = setInterval(this.rotate, 1000);
  }
}
const rotation = (of) => () => of.next();
`;
  using own = new Scripts({ 'status.js': code });
  const ownParser = await SyntaxParser.create();
  const lineFor = async (kind: OwnerFacts['kind']) => {
    const partPlaces = [{ place: own.at('() => of'), isFunction: true, depth: 0, count: 9 }];
    const holder = { how: 'unknown' as const, name: '' };
    const owner = facts({ path: [], kind, holder, partPlaces });
    return (await new SiteFinder(own.map, ownParser, []).sitesOf(owner)).storeSite?.line;
  };
  assert.equal(await lineFor('timers'), 5);
  assert.equal(await lineFor('listeners'), 4);
  ownParser.dispose();
});

test("what allocates: the functions nearest to the leaves that are not Node's own, with their shares", async () => {
  const turn = frame('turn', 'async function turn');
  const sites = await sitesOf({ holder: { how: 'unknown', name: '' } }, [
    { frames: [NODE_FRAME, frame('summarise', 'function summarise'), turn], bytes: 750 },
    { frames: [turn, NODE_FRAME], bytes: 250 },
    { frames: [NODE_FRAME], bytes: 1000 },
  ]);
  assert.deepEqual(
    sites.allocationSites.map((site) => [site.function, site.line, /(\d+) %/.exec(site.evidence!)?.[1]]),
    [
      ['summarise', 19, '38'],
      ['turn', 11, '13'],
    ],
  );
});

test('what allocates for an owner: on stacks through its store, and through who calls that', async () => {
  const declaredAt = scripts.at('AgentMemory');
  const turn = frame('turn', 'async function turn');
  const sites = await sitesOf(
    { holder: { how: 'field', name: 'history', className: 'AgentMemory', declaredAt } },
    [
      { frames: [frame('add', '(message)'), turn], bytes: 100 },
      { frames: [frame('summarise', 'function summarise'), turn], bytes: 300 },
      { frames: [frame('keep', '(key)', LIB_FILE)], bytes: 5000 },
    ],
  );
  assert.deepEqual(
    sites.allocationSites.map(({ function: name, evidence }) => [name, /(\d+) %/.exec(evidence!)?.[1]]),
    [
      ['summarise', '75'],
      ['add', '25'],
    ],
  );
});

test('the own line: where a variable of the user that holds the owner is handed on', async () => {
  const sites = await sitesOf(
    {
      kind: 'map',
      holder: {
        how: 'field',
        name: 'entries',
        className: 'Cache',
        declaredAt: scripts.at('Cache', LIB_FILE),
      },
      heldBy: [{ how: 'variable', name: 'cache', declaredAt: scripts.at('async function turn') }],
    },
    [{ frames: [frame('summarise', 'function summarise'), NODE_FRAME], bytes: 100 }],
  );
  assert.deepEqual([sites.userSite?.line, sites.userSite?.column], [16, 9]);
  assert.equal(sites.userSite?.evidence, 'syntax: the call of `keep` with `cache.entries`');
});

test('memory of WebAssembly: the class to be freed, in the script that was seen calling it', async () => {
  const code =
    'class Encoder { constructor(p) { this.ptr = p; }\n free() {} }\nexports.make = function () {};\n';
  using own = new Scripts({ 'node_modules/wasm/index.js': code });
  const ownParser = await SyntaxParser.create();
  const wasm = { functionName: 'new', scriptId: '9', url: 'wasm://wasm/1', lineNumber: 0, columnNumber: 9 };
  const { url } = own.map.byId(1)!;
  const make = { functionName: 'make', scriptId: '1', url, lineNumber: 2, columnNumber: 15 };
  const stacks = [{ frames: [wasm, make], bytes: 10 }];
  const owner = facts({ path: [], kind: 'external-memory', holder: { how: 'field', name: 'memory' } });
  const { storeSite } = await new SiteFinder(own.map, ownParser, stacks).sitesOf(owner);
  assert.deepEqual([storeSite?.function, storeSite?.line], ['Encoder', 1]);
  ownParser.dispose();
});

test('without stacks, the classes of what it gained', async () => {
  const sites = await sitesOf({
    holder: { how: 'unknown', name: '' },
    gained: [{ className: 'AgentMemory', objects: 9, bytes: 99, places: [scripts.at('class AgentMemory')] }],
  });
  assert.deepEqual(
    sites.allocationSites.map(({ line, evidence }) => [line, evidence]),
    [[3, 'class of what it gained']],
  );
});

test('nothing is made up where no source is known', async () => {
  const sites = await new SiteFinder(new ScriptMap([]), parser, []).sitesOf(
    facts({ place: { scriptId: 40, line0: 1, column0: 1 } }),
  );
  assert.deepEqual(sites, {
    ownerSite: undefined,
    storeSite: undefined,
    otherStoreSites: [],
    allocationSites: [],
    userSite: undefined,
  });
});
