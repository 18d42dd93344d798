import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeBaseline } from '../../../src/analysis/growth-baseline.ts';
import { findContainers, gainedGroups } from '../../../src/analysis/growth-containers.ts';
import { liveTotals } from '../../../src/analysis/growth-live.ts';
import { findAccumulations, gainsSince } from '../../../src/analysis/growth-owners.ts';
import { RetainingPaths } from '../../../src/analysis/paths.ts';
import { buildRetainers } from '../../../src/analysis/retainers.ts';
import { groupKeys } from '../../../src/engine/group-keys.ts';
import { type OwnerFacts, ownerFacts } from '../../../src/engine/owner-facts.ts';
import { type Drawing, drawTwice } from '../../support/drawing.ts';

/** What is told of the one owner that grows in the picture. `grown`: how many there are of what it gains. */
function grows(draw: (drawing: Drawing, grown: number) => void): OwnerFacts {
  const { before, after } = drawTwice((drawing, time) => {
    drawing.node('global', { name: 'global' }, ['root', 'shortcut', '']);
    draw(drawing, time ? 60 : 3);
  });
  const live = liveTotals(after);
  const gains = gainsSince(makeBaseline(before, liveTotals(before)), after, live);
  const found = findAccumulations(after, gains, { objects: 8, bytes: 8192 });
  const containers = findContainers(after, gains, live, found);
  const gained = gainedGroups(after, gains, live, found, groupKeys(after.graph));
  const retainers = buildRetainers(after.graph);
  const held = { heap: after, retainers, paths: new RetainingPaths(after, retainers) };
  assert.equal(found.length, 1);
  return ownerFacts(held, found[0], containers[0], gained[0]);
}

/** A backing store in `key`, and its entries. */
function fill(
  drawing: Drawing,
  key: string,
  grown: number,
  store: 'elements' | 'table',
  item = 'Item',
): void {
  drawing.node(`${key}:${store}`, { type: 'array', name: '' }, [key, 'internal', store]);
  for (let i = 0; i < grown; i++)
    drawing.node(`${key}:${i}`, { name: item }, [`${key}:${store}`, 'internal', String(i)]);
}

const names = ({ path }: OwnerFacts) => path.map(({ name }) => name);

test('a field of a class', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('agent', { name: 'Agent' }, ['global', 'property', 'agent']).place('agent', 4, 1);
    drawing
      .node('memory', { name: 'AgentMemory' }, ['agent', 'property', 'memory'])
      .place('memory', 4, 20, 6);
    drawing.node('history', { name: 'Array' }, ['memory', 'property', 'history']);
    fill(drawing, 'history', grown, 'elements', 'Message');
    for (let i = 0; i < grown; i++) drawing.place(`history:${i}`, 5, 9);
  });
  assert.deepEqual(
    [facts.kind, facts.display, facts.containerClass],
    ['array', 'AgentMemory.history', 'Array'],
  );
  assert.deepEqual(names(facts).slice(-3), ['agent', 'memory', 'history']);
  assert.deepEqual(facts.holder, {
    how: 'field',
    name: 'history',
    className: 'AgentMemory',
    baseNames: [],
    declaredAt: { scriptId: 4, line0: 20, column0: 6 },
  });
  assert.deepEqual(
    facts.heldBy.map(({ how, name, className }) => [how, name, className]),
    [
      ['field', 'memory', 'Agent'],
      ['global', 'agent', undefined],
    ],
  );
  assert.deepEqual(
    facts.gained.map(({ className, objects, places }) => [className, objects, places[0]?.line0]),
    [['Message', 57, 9]],
  );
  assert.deepEqual(
    facts.partPlaces.map(({ place, isFunction, depth, count }) => [place.line0, isFunction, depth, count]),
    [[9, false, 0, 57]],
  );
});

test('a variable in the scope of a function, named by one that closes over it', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('run', { type: 'closure', name: 'run' }, ['global', 'property', 'run']).place('run', 7, 30);
    drawing.node('scope', { name: 'system / Context' }, ['run', 'internal', 'context']);
    drawing.node('cache', { name: 'Map' }, ['scope', 'context', 'cache']);
    fill(drawing, 'cache', grown, 'table');
  });
  assert.deepEqual([facts.kind, facts.display], ['map', 'cache']);
  assert.deepEqual(facts.holder, {
    how: 'variable',
    name: 'cache',
    declaredAt: { scriptId: 7, line0: 30, column0: 0 },
  });
  assert.deepEqual(facts.heldBy, []);
  assert.equal(facts.path.at(-1)?.edge, '(closure) cache');
});

test("a module's exported variable, through the table of its cells", () => {
  const facts = grows((drawing, grown) => {
    drawing.node('gc', { type: 'synthetic', name: '(GC roots)' }, ['root', 'element', 1]);
    drawing.node('module', { type: 'hidden', name: 'system / SourceTextModule' }, ['gc', 'internal', '7']);
    drawing.node('exports', { type: 'array', name: '' }, ['module', 'internal', 'exports']);
    drawing.node('other', { type: 'string', name: 'run' }, ['exports', 'internal', '3']);
    drawing.node('name', { type: 'string', name: 'sessions' }, ['exports', 'internal', '6']);
    drawing.node('cell', { type: 'hidden', name: 'system / Cell' }, ['exports', 'internal', '7']);
    drawing.node('sessions', { name: 'Set' }, ['cell', 'internal', 'value']);
    fill(drawing, 'sessions', grown, 'table');
  });
  assert.deepEqual([facts.kind, facts.display], ['set', 'sessions']);
  assert.equal(facts.holder.how, 'variable');
  assert.equal(facts.path.at(-1)?.edge, '(module) sessions');
});

test('a property of the global object', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('log', { name: 'Array' }, ['global', 'property', 'log']);
    fill(drawing, 'log', grown, 'elements');
  });
  assert.deepEqual([facts.display, facts.holder], ['globalThis.log', { how: 'global', name: 'log' }]);
});

test('a static field of a class', () => {
  const facts = grows((drawing, grown) => {
    drawing
      .node('Registry', { type: 'closure', name: 'Registry' }, ['global', 'property', 'Registry'])
      .place('Registry', 3, 12);
    drawing.node('all', { name: 'Set' }, ['Registry', 'property', 'all']);
    fill(drawing, 'all', grown, 'table');
  });
  assert.deepEqual([facts.kind, facts.display], ['set', 'Registry.all']);
  assert.deepEqual([facts.holder.className, facts.holder.declaredAt?.line0], ['Registry', 12]);
});

test('an entry of a Map is called by the Map that holds it', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('pool', { name: 'Pool' }, ['global', 'property', 'pool']);
    drawing.node('byUser', { name: 'Map' }, ['pool', 'property', 'byUser']);
    drawing.node('table', { type: 'array', name: '' }, ['byUser', 'internal', 'table']);
    drawing.node('list', { name: 'Array' }, ['table', 'internal', '9']);
    fill(drawing, 'list', grown, 'elements');
  });
  assert.deepEqual([facts.kind, facts.display], ['array', 'Pool.byUser']);
  assert.equal(facts.path.at(-1)?.edge, '[entry]');
});

test('a dictionary: a plain object with ever more properties', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('store', { name: 'Store' }, ['global', 'property', 'store']);
    drawing.node('byId', { name: 'Object' }, ['store', 'property', 'byId']);
    drawing.node('properties', { type: 'array', name: '(object properties)' }, [
      'byId',
      'internal',
      'properties',
    ]);
    for (let i = 0; i < grown; i++) drawing.node(`d${i}`, { name: 'Doc' }, ['byId', 'property', `id-${i}`]);
  });
  assert.deepEqual([facts.kind, facts.display, facts.containerClass], ['dictionary', 'Store.byId', 'Object']);
});

test("an emitter's listeners, by _events: called by whom they listen to", () => {
  const facts = grows((drawing, grown) => {
    drawing.node('hub', { name: 'Hub' }, ['global', 'property', 'hub']);
    drawing.node('bus', { name: 'EventEmitter' }, ['hub', 'property', 'bus']);
    drawing.node('events', { name: 'Object' }, ['bus', 'property', '_events']);
    drawing.node('change', { name: 'Array' }, ['events', 'property', 'change']);
    drawing.node('elements', { type: 'array', name: '' }, ['change', 'internal', 'elements']);
    for (let i = 0; i < grown; i++)
      drawing
        .node(`l${i}`, { type: 'closure', name: 'onChange' }, ['elements', 'internal', String(i)])
        .place(`l${i}`, 8, 40);
  });
  assert.deepEqual(
    [facts.kind, facts.display, facts.containerClass],
    ['listeners', 'hub.bus', 'EventEmitter'],
  );
  assert.deepEqual([facts.partPlaces[0].isFunction, facts.partPlaces[0].place.line0], [true, 40]);
  assert.deepEqual(facts.events, ['change']);
});

test('of two emitters on the way, the nearer one counts', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('process', { name: 'process' }, ['global', 'property', 'process']);
    drawing.node('ofProcess', { name: 'Object' }, ['process', 'property', '_events']);
    drawing.node('onExit', { type: 'closure', name: 'onExit' }, ['ofProcess', 'property', 'exit']);
    drawing.node('bus', { name: 'Bus' }, ['onExit', 'property', 'bus']);
    drawing.node('ofBus', { name: 'Object' }, ['bus', 'property', '_events']);
    drawing.node('change', { name: 'Array' }, ['ofBus', 'property', 'change']);
    drawing.node('elements', { type: 'array', name: '' }, ['change', 'internal', 'elements']);
    for (let i = 0; i < grown; i++)
      drawing.node(`l${i}`, { type: 'closure', name: 'onChange' }, ['elements', 'internal', String(i)]);
  });
  assert.deepEqual([facts.containerClass, facts.events], ['Bus', ['change']]);
});

test("an AbortSignal's listeners, by <symbol kEvents>: a chain of them", () => {
  const facts = grows((drawing, grown) => {
    drawing.node('signal', { name: 'AbortSignal' }, ['global', 'property', 'signal']);
    drawing.node('events', { name: 'SafeMap' }, ['signal', 'property', '<symbol kEvents>']);
    drawing.node('table', { type: 'array', name: '' }, ['events', 'internal', 'table']);
    drawing.node('root:abort', { name: 'Object' }, ['table', 'internal', '5']);
    let before = 'root:abort';
    for (let i = 0; i < grown; i++) {
      drawing.node(`n${i}`, { name: 'Listener' }, [before, 'property', 'next']);
      drawing.node(`f${i}`, { type: 'closure', name: 'onAbort' }, [`n${i}`, 'property', 'callback']);
      before = `n${i}`;
    }
  });
  assert.deepEqual([facts.kind, facts.containerClass], ['listeners', 'AbortSignal']);
  assert.match(facts.display, /signal$/);
  assert.ok(facts.chainLength! > 50, String(facts.chainLength));
});

test('signals that Node keeps while they are listened to: their listeners are what gathers', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('made', { type: 'closure', name: 'any' }, ['global', 'property', 'any']);
    drawing.node('scope', { name: 'system / Context' }, ['made', 'internal', 'context']);
    drawing.node('kept', { name: 'Set' }, ['scope', 'context', 'gcPersistentSignals']);
    drawing.node('kept:table', { type: 'array', name: '' }, ['kept', 'internal', 'table']);
    for (let i = 0; i < grown; i++) {
      drawing.node(`s${i}`, { name: 'AbortSignal' }, ['kept:table', 'internal', String(i)]);
      drawing.node(`events${i}`, { name: 'SafeMap' }, [`s${i}`, 'property', '<symbol kEvents>']);
      drawing.node(`table${i}`, { type: 'array', name: '' }, [`events${i}`, 'internal', 'table']);
      drawing.node(`root${i}`, { name: 'Object' }, [`table${i}`, 'internal', '5']);
      drawing.node(`n${i}`, { name: 'Listener' }, [`root${i}`, 'property', 'next']);
      drawing.node(`f${i}`, { type: 'closure', name: 'onAbort' }, [`n${i}`, 'property', 'callback']);
      drawing.place(`f${i}`, 7, 30, 12);
    }
  });
  assert.deepEqual([facts.kind, facts.display], ['listeners', 'gcPersistentSignals']);
  assert.deepEqual(
    facts.partPlaces.filter((part) => part.isFunction).map(({ place }) => place),
    [{ scriptId: 7, line0: 30, column0: 12 }],
  );
});

test('timers: a list of them is kept by Node itself', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('map', { name: 'Object' }, ['global', 'property', 'timerListMap']);
    drawing.node('list', { name: 'TimersList' }, ['map', 'element', 1000]);
    let before = 'list';
    for (let i = 0; i < grown; i++) {
      drawing.node(`t${i}`, { name: 'Timeout' }, [before, 'property', '_idleNext']);
      drawing.node(`f${i}`, { type: 'closure', name: 'tick' }, [`t${i}`, 'property', '_onTimeout']);
      before = `t${i}`;
    }
  });
  assert.deepEqual([facts.kind, facts.display], ['timers', 'timers']);
});

test('timers of many durations: in the lists that Node keeps for each', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('map', { name: 'Object' }, ['global', 'property', 'timerListMap']);
    for (let i = 0; i < grown; i++) {
      drawing.node(`l${i}`, { name: 'TimersList' }, ['map', 'element', 1000 + i]);
      drawing.node(`t${i}`, { name: 'Timeout' }, [`l${i}`, 'property', '_idleNext']);
    }
  });
  assert.deepEqual([facts.kind, facts.display], ['timers', 'timers']);
});

test("what only a timer's function keeps goes by its own name", () => {
  const facts = grows((drawing, grown) => {
    drawing.node('list', { name: 'TimersList' }, ['global', 'property', 'timers']);
    drawing.node('timer', { name: 'Timeout' }, ['list', 'property', '_idleNext']);
    drawing.node('tick', { type: 'closure', name: 'tick' }, ['timer', 'property', '_onTimeout']);
    drawing.node('scope', { name: 'system / Context' }, ['tick', 'internal', 'context']);
    drawing.node('samples', { name: 'Array' }, ['scope', 'context', 'samples']);
    fill(drawing, 'samples', grown, 'elements');
  });
  assert.deepEqual([facts.kind, facts.display], ['array', 'samples']);
});

test('a linked list: the field of its head is what is assigned at each store', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('queue', { name: 'Queue' }, ['global', 'property', 'queue']).place('queue', 2, 8);
    let before = 'queue';
    for (let i = 0; i < grown; i++) {
      drawing.node(`n${i}`, { name: 'Entry' }, [before, 'property', i ? 'next' : 'head']);
      before = `n${i}`;
    }
  });
  assert.deepEqual([facts.kind, facts.display], ['linked-list', 'Queue.head']);
  assert.deepEqual(facts.holder, {
    how: 'field',
    name: 'head',
    className: 'Queue',
    declaredAt: { scriptId: 2, line0: 8, column0: 0 },
  });
  assert.deepEqual(facts.heldBy[0], { how: 'global', name: 'queue' });
});

test('a group of roots goes by its own name', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('gc', { type: 'synthetic', name: '(GC roots)' }, ['root', 'element', 1]);
    drawing.node('handles', { type: 'synthetic', name: '(Global handles)' }, ['gc', 'element', 11]);
    for (let i = 0; i < grown; i++) drawing.node(`o${i}`, { name: 'Wrap' }, ['handles', 'element', i]);
  });
  assert.deepEqual([facts.display, facts.containerClass], ['(Global handles)', '(Global handles)']);
});

test('other containers that hold the same are named by their ways', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('pool', { name: 'Pool' }, ['global', 'property', 'pool']);
    drawing.node('list', { name: 'Array' }, ['pool', 'property', 'list']);
    drawing.node('byId', { name: 'Map' }, ['pool', 'property', 'byId']);
    for (let i = 0; i < grown; i++)
      drawing.node(`a${i}`, { name: 'Agent' }, ['list', 'element', i], ['byId', 'element', i]);
  });
  const both = [facts.display, ...facts.also].join(' ');
  assert.match(both, /list/);
  assert.match(both, /byId/);
  assert.equal(facts.also.length, 1);
});

test("the runtime's private fields go by their getters, the program's own by their names", () => {
  const held = (script: string) =>
    grows((drawing, grown) => {
      drawing.node('controller', { name: 'Controller' }, ['global', 'property', 'stop']);
      drawing.node('prototype', { name: 'Object' }, ['controller', 'property', '__proto__']);
      drawing.node('getter', { type: 'closure', name: 'get queue' }, ['prototype', 'property', 'get queue']);
      drawing.node('shared', { type: 'code', name: 'queue' }, ['getter', 'internal', 'shared']);
      drawing.node('script', { type: 'code', name: script }, ['shared', 'internal', 'script']);
      drawing.node('queue', { name: 'Array' }, ['controller', 'property', '#queue']);
      fill(drawing, 'queue', grown, 'elements');
    });
  assert.equal(held('node:internal/controller').display, 'Controller.queue');
  assert.equal(held('file:///agent/controller.mjs').display, 'Controller.#queue');
});

test('a way on which the container has a name goes before a shorter one where it has none', () => {
  const facts = grows((drawing, grown) => {
    drawing.node('memoized', { type: 'closure', name: 'memoized' }, ['root', 'internal', '4']);
    drawing.node('context', { name: 'system / Context' }, ['memoized', 'internal', 'context']);
    drawing.node('options', { name: 'Object' }, ['context', 'context', 'options']);
    drawing.node('cache', { name: 'Map' }, ['options', 'property', 'cache'], ['memoized', 'internal', '9']);
    fill(drawing, 'cache', grown, 'table');
  });
  assert.equal(facts.display, 'cache');
  assert.deepEqual(names(facts).slice(-2), ['options', 'cache']);
});
