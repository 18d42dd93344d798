/** Emitters, event targets and dictionaries of this process, watched. */
import assert from 'node:assert/strict';
import { addAbortListener, EventEmitter, getEventListeners, once } from 'node:events';
import { Readable } from 'node:stream';
import { it } from 'node:test';
import { inspect, isDeepStrictEqual } from 'node:util';
import { serialize } from 'node:v8';
import { install, type Tap } from '../../../src/capture/tap.ts';

function watch(container: object): Tap {
  const tap = install(container);
  assert.ok(typeof tap === 'object', String(tap));
  return tap;
}

const shape = (object: object) =>
  Reflect.ownKeys(object).map((key) => [key, Reflect.getOwnPropertyDescriptor(object, key)]);
/** Inserts by the function nearest to them; our own are known by their URL only where they run bundled. */
function functions({ stacks }: ReturnType<Tap['read']>): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { frames, inserts } of stacks) {
    const name = frames.find(({ url }) => !url.endsWith('/tap.ts'))?.function ?? '';
    found[name] = (found[name] ?? 0) + inserts;
  }
  return found;
}
const counts = ({ inserts, removes, unseen }: ReturnType<Tap['read']>) => [inserts, removes, unseen];

it('counts the listeners of an emitter by what really changed, whichever way they come and go', () => {
  const bus = new EventEmitter();
  const before = shape(bus).map(([key]) => key);
  const tap = watch(bus);
  const hear = (): void => {};
  assert.equal(bus.on('a', hear), bus);
  bus.addListener('a', hear).prependListener('b', hear).once('c', hear).prependOnceListener('c', hear);
  assert.deepEqual(counts(tap.read()), [5, 0, 0]);
  bus.off('a', hear).removeListener('a', hear).off('a', hear).off('none', hear);
  assert.deepEqual(counts(tap.read()), [5, 2, 0]);
  // A listener that is called once goes without a word on Node 20 and later: by Node's own call of ours.
  bus.emit('c');
  const { inserts, removes, unseen } = tap.read();
  assert.equal(inserts - removes + unseen, 1);
  bus.removeAllListeners();
  assert.deepEqual([bus.eventNames(), bus.listenerCount('b')], [[], 0]);
  const last = tap.remove();
  assert.equal(last.inserts - last.removes + last.unseen, 0);
  assert.deepEqual(
    shape(bus).map(([key]) => key),
    before,
  );
});

it('counts once what an emitter adds while it adds', () => {
  class Bus extends EventEmitter {
    override on(event: string | symbol, listener: (...args: unknown[]) => void): this {
      super.on(event, listener);
      if (event === 'pair') this.on('other', listener);
      return this;
    }
  }
  const bus = new Bus();
  bus.once('newListener', () => bus.on('made', () => {}));
  const tap = watch(bus);
  bus.on('pair', () => {});
  // pair, other and made came; newListener's own went.
  const { inserts, removes, unseen, stacks } = tap.remove();
  assert.equal(inserts - removes + unseen, 2);
  assert.equal(inserts, 3);
  assert.equal(
    stacks.reduce((sum, stack) => sum + stack.inserts, 0),
    3,
  );
});

it('names the line that listens, not those of Node', async () => {
  const bus = new EventEmitter();
  const tap = watch(bus);
  const wait = (): Promise<unknown> => once(bus, 'done');
  const waiting = [wait(), wait()];
  bus.emit('done');
  await Promise.all(waiting);
  // `once` of node:events hears of errors, too.
  assert.deepEqual(functions(tap.remove()), { wait: 4 });
  assert.equal(bus.listenerCount('done') + bus.listenerCount('error'), 0);
});

it('watches a stream and does nothing to what it does', async () => {
  const bare = Readable.from(['a', 'b']);
  const watched = Readable.from(['a', 'b']);
  const tap = watch(watched);
  const read = async (stream: Readable): Promise<string> => {
    let text = '';
    stream.on('data', (piece) => {
      text += piece;
    });
    await once(stream, 'end');
    return text;
  };
  assert.equal(await read(watched), await read(bare));
  tap.remove();
  assert.deepEqual(Reflect.ownKeys(watched).length, Reflect.ownKeys(bare).length);
});

it('counts the listeners of an abort signal and of an event target', () => {
  const { signal } = new AbortController();
  const own = Reflect.ownKeys(signal);
  const shown = inspect(signal);
  const tap = watch(signal);
  assert.equal(inspect(signal), shown);
  assert.equal(signal.addEventListener.name, 'addEventListener');
  function listenUp(): () => void {
    const hear = (): void => {};
    signal.addEventListener('abort', hear);
    signal.addEventListener('abort', hear);
    return hear;
  }
  const heard = [listenUp(), listenUp(), listenUp()];
  const dispose = addAbortListener(signal, () => {});
  signal.removeEventListener('abort', heard[0]);
  signal.removeEventListener('abort', heard[0]);
  assert.deepEqual(counts(tap.read()), [4, 1, 0]);
  dispose[Symbol.dispose]();
  assert.deepEqual(counts(tap.read()), [4, 2, 0]);
  assert.equal(getEventListeners(signal, 'abort').length, 2);
  assert.deepEqual(functions(tap.remove()), { listenUp: 3, '': 1 });
  assert.deepEqual(Reflect.ownKeys(signal), own);

  class Room extends EventTarget {
    override addEventListener(type: string, hear: () => void): void {
      super.addEventListener(type, hear);
    }
  }
  const room = new Room();
  const other = watch(room);
  let heardIt = 0;
  room.addEventListener('x', () => heardIt++);
  room.dispatchEvent(new Event('x'));
  EventTarget.prototype.addEventListener.call(room, 'y', () => {});
  assert.equal(heardIt, 1);
  assert.deepEqual(counts(other.remove()), [1, 0, 1]);
});

it('aborts as before while it is watched', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const tap = watch(signal);
  const derived = AbortSignal.any([signal]);
  const aborted = once(signal, 'abort');
  controller.abort(new Error('enough'));
  await aborted;
  assert.ok(derived.aborted);
  assert.throws(() => signal.throwIfAborted(), /enough/);
  tap.remove();
});

it('tells the keys that came to a plain object and those that went, and is in no way seen', () => {
  const prototypes = [Object.prototype, null];
  for (const prototype of prototypes) {
    const cache: Record<string, unknown> = Object.assign(Object.create(prototype), { a: 1, b: 2 });
    const look = (): unknown => [
      shape(cache),
      Object.keys(cache),
      JSON.stringify(cache),
      inspect(cache),
      structuredClone(cache),
      serialize(cache).toString('hex'),
      { ...cache },
      Object.getPrototypeOf(cache) === prototype,
      isDeepStrictEqual(cache, Object.assign(Object.create(prototype), { a: 1, b: 2 })),
      'c' in cache,
      cache.c,
    ];
    const before = look();
    const tap = watch(cache);
    assert.deepEqual(look(), before);
    cache.c = 3;
    cache[7] = 'index';
    cache.a = 'again';
    delete cache.b;
    Object.defineProperty(cache, Symbol('hidden'), { value: 1 });
    assert.deepEqual(counts(tap.remove()), [3, 1, 0]);
    assert.deepEqual(tap.read().stacks, []);
  }
});

it('sees a bounded dictionary turn over', async () => {
  const cache: Record<string, number> = {};
  for (let i = 0; i < 10; i++) cache[`k${i}`] = i;
  const tap = watch(cache);
  let came = 10;
  for (let turn = 0; turn < 5; turn++) {
    for (let i = 0; i < 4; i++, came++) {
      cache[`k${came}`] = came;
      delete cache[`k${came - 10}`];
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    tap.read();
  }
  assert.deepEqual(counts(tap.remove()), [20, 20, 0]);
});

it('looks at a large dictionary seldom, and counts its keys only', () => {
  const cache: Record<string, number> = {};
  for (let i = 0; i < 60_000; i++) cache[`k${i}`] = i;
  const tap = watch(cache);
  for (let i = 0; i < 100; i++) cache[`new${i}`] = i;
  delete cache.k0;
  const { inserts, removes } = tap.remove();
  assert.equal(inserts - removes, 99);
});

it('refuses objects that are no containers', () => {
  for (const object of [new (class Agent {})(), new Date(), () => {}, new WeakMap(), new Uint8Array(2)])
    assert.equal(install(object), 'kind');
  assert.equal(install(Object.freeze({})), 'frozen');
  assert.equal(install(Object.freeze(new EventEmitter())), 'frozen');
});
