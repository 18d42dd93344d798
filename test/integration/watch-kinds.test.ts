/** Emitters, event targets and dictionaries of real programs watched: nothing is changed by it, nothing left. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Inspector } from '../../src/capture/inspector.ts';
import { WireTap } from '../../src/capture/wire-tap.ts';
import { nodeBinary } from '../support/nodes.ts';
import { Programs } from '../support/programs.ts';
import { idOf, snapshot, value } from '../support/remote.ts';

/** Does with its boxes what it is told, and says what came of it. */
const BOXES = `
const { EventEmitter, getEventListeners, addAbortListener, once } = require('node:events');
const { inspect, isDeepStrictEqual } = require('node:util');
const { Readable } = require('node:stream');
const v8 = require('node:v8');
const assert = require('node:assert');
class Bus extends EventEmitter {
  label = 'x';
  on(event, hear) { return super.on(event, hear); }
}
class Room extends EventTarget {
  addEventListener(type, hear, more) { super.addEventListener(type, hear, more); }
}
const controller = new AbortController();
const box = { bus: new Bus().setMaxListeners(0), signal: controller.signal, room: new Room(), stream: new Readable({ read() {} }),
  dict: { a: 1 }, bare: Object.assign(Object.create(null), { a: 1 }) };
require('node:events').setMaxListeners(0, box.signal, box.room);
const emitters = ['bus', 'stream'];
const targets = ['signal', 'room'];
const dicts = ['dict', 'bare'];
function look() {
  const { bus, signal, room, stream, dict, bare } = box;
  return JSON.stringify([
    inspect(box), Object.keys(bus), JSON.stringify(dict), JSON.stringify(bare), { ...bus }, { ...bare },
    emitters.map((name) => [box[name].eventNames().map(String), box[name].listenerCount('data'), box[name].on.name, box[name].once.length]),
    targets.map((name) => [getEventListeners(box[name], 'abort').length, box[name].addEventListener.name, Object.keys(box[name])]),
    dicts.map((name) => [Reflect.ownKeys(box[name]), v8.serialize(box[name]).toString('hex'), structuredClone(box[name]),
      Object.getPrototypeOf(box[name]) === (name === 'bare' ? null : Object.prototype), isDeepStrictEqual(box[name], { ...box[name] }),
      'none' in box[name], box[name].none, (() => { const seen = []; for (const key in box[name]) seen.push(key); return seen; })()]),
    bus instanceof EventEmitter, signal instanceof AbortSignal, room instanceof EventTarget, signal.aborted, String(signal), String(room),
    Object.getOwnPropertyNames(Error), Error.stackTraceLimit,
  ]);
}
let n = 0;
function insert() {
  n++;
  const hear = () => {};
  box.bus.on('data', hear); box.bus.once('turn-' + n, hear); box.stream.on('close', hear);
  box.signal.addEventListener('abort', hear); box.room.addEventListener('abort', hear);
  box.dict['key' + n] = n; box.bare['key' + n] = n;
  const came = [box.bus.listenerCount('data'), box.bus.emit('turn-' + n), box.room.dispatchEvent(new Event('none'))];
  if (n % 2 === 0) {
    box.bus.off('data', hear); box.stream.removeListener('close', hear);
    box.signal.removeEventListener('abort', hear); box.room.removeEventListener('abort', hear);
    delete box.dict['key' + n]; delete box.bare['key' + n];
  }
  return JSON.stringify(came);
}
function reset() {
  n = 0;
  box.bus.removeAllListeners(); box.stream.removeAllListeners('close');
  for (const name of targets) for (const hear of getEventListeners(box[name], 'abort')) box[name].removeEventListener('abort', hear);
  for (const name of dicts) for (const key of Object.keys(box[name])) if (key !== 'a') delete box[name][key];
}
Object.assign(globalThis, { box, controller, look, insert, reset });
setInterval(() => {}, 1000);
process.stdin.on('end', () => process.exit(0)).resume();
`;
const LINE = (text: string): number => BOXES.split('\n').findIndex((line) => line.includes(text)) + 1;
const NAMES = ['bus', 'stream', 'signal', 'room', 'dict', 'bare'] as const;

const programs = new Programs();
after(() => programs.close());

for (const major of [20, 24] as const) {
  describe(`Node ${major}`, () => {
    it('counts, lines, a program that does as before, and nothing left', async () => {
      const program = await programs.start(`kinds-${major}`, BOXES, await nodeBinary(major));
      const inspector = await Inspector.connect(program.inspector);
      await snapshot(inspector, 'typeof insert === "function"');
      const own = 'JSON.stringify(Object.values(box).map((one) => Reflect.ownKeys(one).map(String)))';
      const state = async (): Promise<unknown[]> => [
        await value(inspector, 'look()'),
        await value(inspector, own),
      ];
      const turns = '[insert(), insert(), insert(), insert()].join()';
      // Node makes other tables when the last listener goes.
      await value(inspector, `${turns}; reset()`);
      const bare = await value(inspector, turns);
      const later = await value(inspector, 'look()');
      await value(inspector, 'reset()');
      const clean = await state();

      const taps = new Map<string, WireTap>();
      for (const name of NAMES)
        taps.set(name, await WireTap.install(inspector, await idOf(inspector, `box.${name}`)));
      assert.equal(await value(inspector, 'look()'), clean[0]);
      assert.equal(await value(inspector, turns), bare);
      assert.equal(await value(inspector, 'look()'), later);
      const seen: Record<string, unknown> = {};
      for (const [name, tap] of taps) {
        const { inserts, removes, unseen, stacks } = await tap.remove();
        seen[name] = [inserts, removes, unseen];
        const lines = stacks.map(({ frames }) => frames[0]);
        assert.ok(lines.every(({ url, function: name }) => /kinds-\d+\.cjs$/.test(url) && name));
        if (name === 'signal' || name === 'room')
          assert.equal(lines.at(-1)!.line, LINE("box.signal.addEventListener('abort', hear)"));
        if (name === 'stream')
          assert.deepEqual(
            lines.map(({ line }) => line),
            [LINE("box.bus.on('data', hear)")],
          );
      }
      assert.deepEqual(seen, {
        // Each turn one that stays or goes, and one that is heard once and goes by Node's own call.
        bus: [8, 6, 0],
        stream: [4, 2, 0],
        signal: [4, 2, 0],
        room: [4, 2, 0],
        // Between two looks what came and went is not seen.
        dict: [2, 0, 0],
        bare: [2, 0, 0],
      });
      await value(inspector, 'reset()');
      assert.deepEqual(await state(), clean);

      // Aborting works as ever, watched.
      const tap = await WireTap.install(inspector, await idOf(inspector, 'box.signal'));
      await value(inspector, 'controller.abort()');
      assert.equal(await value(inspector, 'box.signal.aborted'), true);
      await tap.remove();
      await inspector.close();
    });

    it('lets an emitter be collected, and takes itself out when we are gone', async () => {
      const program = await programs.start(`alone-kinds-${major}`, BOXES, await nodeBinary(major));
      const inspector = await Inspector.connect(program.inspector);
      await snapshot(inspector, 'typeof insert === "function"');
      await WireTap.install(inspector, await idOf(inspector, 'box.room'));
      const tap = await WireTap.install(inspector, await idOf(inspector, 'box.bus'));
      await value(inspector, 'insert(); box.bus = undefined');
      for (;;) {
        await inspector.send('HeapProfiler.collectGarbage');
        if ((await tap.read()).state === 'collected') break;
      }
      assert.equal((await tap.remove()).inserts, 2);
      await inspector.close();
      const later = await Inspector.connect(program.inspector);
      while (await value(later, `Object.hasOwn(box.room, 'addEventListener')`))
        await new Promise((resolve) => setTimeout(resolve, 200));
      await later.close();
    });
  });
}
