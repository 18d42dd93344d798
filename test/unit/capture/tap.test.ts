/** What watches a container, put on containers of this process. */
import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { install, type Tap } from '../../../src/capture/tap.ts';

function watch(container: object): Tap {
  const tap = install(container);
  assert.ok(typeof tap === 'object', String(tap));
  return tap;
}

/** Own keys with their descriptors, in order. */
const shape = (object: object) =>
  Reflect.ownKeys(object).map((key) => [key, Reflect.getOwnPropertyDescriptor(object, key)]);
const counts = ({ inserts, removes, unseen }: ReturnType<Tap['read']>) => [inserts, removes, unseen];

it('counts what arrays gain and lose, by what really changed', () => {
  const list = [1, 2, 3];
  const tap = watch(list);
  assert.equal(list.push(4, 5), 5);
  assert.equal(list.unshift(0), 6);
  assert.deepEqual(list.splice(1, 2, 'a' as never, 'b' as never, 'c' as never), [1, 2]);
  assert.equal(list.pop(), 5);
  assert.equal(list.shift(), 0);
  assert.equal(list.push(), 5);
  assert.deepEqual(counts(tap.read()), [6, 4, 0]);
  assert.deepEqual(list, ['a', 'b', 'c', 3, 4]);
  assert.deepEqual(list.splice(3), [3, 4]);
  assert.deepEqual(counts(tap.remove()), [6, 6, 0]);
});

it('tells of what it does not see', () => {
  const list: number[] = [];
  const tap = watch(list);
  list[list.length] = 1;
  Array.prototype.push.call(list, 2);
  list.push(3);
  assert.deepEqual(counts(tap.read()), [1, 0, 2]);
  list.length = 0;
  assert.deepEqual(counts(tap.remove()), [1, 0, -1]);
});

it('counts new keys of maps and sets, not those that were there', () => {
  const map = new Map<unknown, unknown>([['a', 1]]);
  const tap = watch(map);
  assert.equal(map.set('a', 2).set('b', 3), map);
  assert.equal(map.delete('a'), true);
  assert.equal(map.delete('none'), false);
  assert.deepEqual(counts(tap.read()), [1, 1, 0]);
  map.clear();
  assert.deepEqual(counts(tap.remove()), [1, 2, 0]);

  const set = new Set(['a']);
  const other = watch(set);
  assert.equal(set.add('a').add('b').size, 2);
  assert.equal(set.delete('b'), true);
  set.clear();
  assert.deepEqual(counts(other.remove()), [1, 2, 0]);
});

it('counts once what an override does with others', () => {
  class Lru extends Map<number, number> {
    override set(key: number, value: number): this {
      super.set(key, value);
      if (this.size > 2) this.delete(this.keys().next().value!);
      return this;
    }
    override get size(): number {
      return super.size;
    }
  }
  const lru = new Lru();
  const tap = watch(lru);
  for (let i = 0; i < 5; i++) assert.equal(lru.set(i, i), lru);
  assert.deepEqual(counts(tap.remove()), [5, 3, 0]);
  assert.deepEqual([...lru.keys()], [3, 4]);
});

it('names the line that inserts, and those that lead there', () => {
  const list: number[] = [];
  class Memory {
    add(value: number): void {
      list.push(value);
    }
  }
  const memory = new Memory();
  const tap = watch(list);
  const often = (): void => {
    for (let i = 0; i < 3; i++) memory.add(i);
  };
  often();
  memory.add(4);
  const { stacks } = tap.remove();
  assert.deepEqual(
    stacks.map(({ inserts, frames }) => [inserts, frames[0].function, frames[1].function]),
    [
      [3, 'Memory.add', 'often'],
      [1, 'Memory.add', undefined],
    ],
  );
  const [{ line, url }] = stacks[0].frames;
  assert.match(url, /tap\.test\.ts/);
  assert.ok(stacks.every(({ frames }) => frames[0].line === line && frames.length <= 5));
});

it('leaves a container exactly as it was', () => {
  class Bag extends Set<number> {
    override add = (value: number): this => super.add(value);
  }
  const log = [1] as number[] & { push: unknown };
  Object.defineProperty(log, 'push', { value: Array.prototype.push, configurable: true });
  for (const container of [[1, 2], new Map([[1, 2]]), new Set([1]), new Bag(), log]) {
    const before = shape(container);
    const tap = watch(container);
    assert.notDeepEqual(shape(container), before);
    tap.remove();
    assert.deepEqual(shape(container), before);
    tap.remove();
    assert.deepEqual(shape(container), before);
  }
});

it('is not seen by what looks at properties', () => {
  class Typed extends Array<number> {
    label = 'x';
  }
  const list = Typed.from([1, 2]) as Typed;
  const map = new Map([['a', 1]]);
  const looks = (): unknown => [
    Object.keys(list),
    JSON.stringify(list),
    { ...list },
    [...list],
    structuredClone([...list]),
    structuredClone(map),
    Object.entries(map),
    list.map((x) => x * 2) instanceof Typed,
    Object.keys(list.map((x) => x)),
    list.concat([3]).length,
    map instanceof Map,
    String(list),
  ];
  const before = looks();
  const taps = [watch(list), watch(map)];
  assert.deepEqual(looks(), before);
  assert.deepEqual(structuredClone(new Map([[1, list]])).get(1)!.length, 2);
  assert.equal(list.push.name, 'push');
  assert.equal(list.push.length, 1);
  assert.equal(list.push, list.push);
  assert.deepEqual(new Map(map), map);
  for (const tap of taps) tap.remove();
});

it('calls what the program would have called', () => {
  class Strict extends Array<number> {
    override push(...values: number[]): number {
      if (values.includes(0)) throw new TypeError('no zero');
      return super.push(...values) + 100;
    }
  }
  const list = new Strict();
  const tap = watch(list);
  assert.equal(list.push(1), 101);
  assert.throws(() => list.push(0), new TypeError('no zero'));
  // On another object it is what it was.
  assert.equal(list.push.call([1, 2] as never, 3), 103);
  // A prototype that is patched meanwhile is heeded.
  const { push } = Strict.prototype;
  Strict.prototype.push = () => -1;
  assert.equal(list.push(1), -1);
  Strict.prototype.push = push;
  assert.deepEqual(counts(tap.read()), [1, 0, 0]);
  // So is a method that the program gives it itself, which stays.
  list.push = () => 7;
  assert.equal(list.push(1), 7);
  assert.deepEqual(Object.keys(list), ['0', 'push']);
  const kept = list.unshift;
  tap.remove();
  assert.equal(list.push(1), 7);
  // What was kept goes on to work.
  assert.equal(kept.call(list, 5), 2);
  const other: number[] = [];
  watch(other);
  assert.throws(() => Reflect.apply(other.push, undefined, [1]), TypeError);
});

it('works through a proxy', () => {
  const list: number[] = [];
  const tap = watch(list);
  const proxy = new Proxy(list, {});
  assert.equal(proxy.push(1, 2), 2);
  assert.deepEqual(counts(tap.remove()), [2, 0, 0]);
});

it('does nothing to the way the program traces its errors', () => {
  const before = shape(Error);
  const list: number[] = [];
  const tap = watch(list);
  list.push(1);
  assert.deepEqual(shape(Error), before);
  const sets: unknown[] = [];
  const prepare = (error: Error, sites: NodeJS.CallSite[]): string => `${error.message}!${sites.length > 0}`;
  const [limit, prepared] = ['stackTraceLimit', 'prepareStackTrace'].map(
    (name) => [name, Reflect.getOwnPropertyDescriptor(Error, name)] as const,
  );
  Object.defineProperty(Error, 'prepareStackTrace', {
    get: () => prepare,
    set: (value) => void sets.push(value),
    configurable: true,
  });
  Error.stackTraceLimit = 0;
  try {
    list.push(2);
    assert.deepEqual(sets, []);
    assert.equal(Error.prepareStackTrace, prepare);
    assert.equal(Error.stackTraceLimit, 0);
  } finally {
    for (const [name, descriptor] of [limit, prepared]) {
      if (descriptor) Object.defineProperty(Error, name, descriptor);
      else Reflect.deleteProperty(Error, name);
    }
  }
  assert.deepEqual(shape(Error), before);
  const { stacks, inserts } = tap.remove();
  assert.equal(inserts, 2);
  assert.equal(stacks.length, 2);
  assert.ok(stacks.every(({ frames }) => frames.length > 0));
});

it('refuses what it could not watch', () => {
  assert.equal(install(new (class Agent {})()), 'kind');
  assert.equal(install(new WeakMap()), 'kind');
  assert.equal(install(new Uint8Array(3)), 'kind');
  for (const container of [Object.freeze([1]), Object.seal(new Map()), Object.preventExtensions(new Set())])
    assert.equal(install(container), 'frozen');
  // One at a time.
  const list: number[] = [];
  const tap = watch(list);
  assert.equal(install(list), 'frozen');
  tap.remove();
});

it('watches containers of another realm', () => {
  const context = createContext({ install });
  const reading = runInContext(
    `const map = new Map(); const tap = (0, install)(map); map.set(1, 2); tap.remove()`,
    context,
  );
  assert.deepEqual(counts(reading), [1, 0, 0]);
});

it('bounds what it notes, and stops when that is enough', () => {
  const list: number[] = [];
  const tap = watch(list);
  for (let i = 0; i < 500; i++)
    new Function('list', `${'\n'.repeat(i)}list.push(1)\n//# sourceURL=made.js`)(list);
  let reading = tap.read();
  assert.deepEqual([reading.inserts, reading.stacks.length, reading.state], [500, 200, 'on']);
  for (let i = 0; i < 20_000; i++) list.push(i);
  reading = tap.read();
  assert.deepEqual([reading.inserts, reading.state], [10_000, 'full']);
  assert.deepEqual(Reflect.ownKeys(list).includes('push'), false);
});

it('takes itself out when nobody asks for it any more', () => {
  let time = 0;
  mock.timers.enable({ apis: ['setInterval'] });
  const clock = mock.method(performance, 'now', () => time);
  try {
    const pass = (seconds: number): void => {
      for (let i = 0; i < seconds; i++) {
        time += 1000;
        mock.timers.tick(1000);
      }
    };
    const list: number[] = [];
    const tap = watch(list);
    pass(9);
    assert.equal(tap.read().state, 'on');
    pass(9);
    assert.equal(tap.read().state, 'on');
    // A long stop, by a snapshot or a breakpoint, is nobody's silence.
    time += 60_000;
    mock.timers.tick(1000);
    assert.equal(tap.read().state, 'on');
    list.push(1);
    pass(11);
    assert.ok(!Object.hasOwn(list, 'push'));
    assert.deepEqual([tap.read().state, tap.read().inserts], ['off', 1]);
    // A program that never comes to its timers ends it by its own calls.
    const busy: number[] = [];
    const other = watch(busy);
    for (let i = 0; i < 12; i++) {
      time += 1000;
      busy.push(i);
    }
    assert.equal(other.read().state, 'off');
    assert.ok(!Object.hasOwn(busy, 'push'));
  } finally {
    clock.mock.restore();
    mock.timers.reset();
  }
});
