/** Containers of real programs watched, straight and through a debugger's proxy. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { HeaplineError } from '../../src/base/errors.ts';
import { Inspector } from '../../src/capture/inspector.ts';
import { WireTap } from '../../src/capture/wire-tap.ts';
import { Debugged } from '../support/debugged.ts';
import { nodeBinary } from '../support/nodes.ts';
import { Programs } from '../support/programs.ts';
import { idOf, snapshot, value } from '../support/remote.ts';
import { until } from '../support/until.ts';

/** Does with its containers what it is told, and says what came of it. */
const BOXES = `
class History extends Array {
  label = 'x';
  push(value) { return super.push(value); }
}
const box = { list: new History(), map: new Map(), set: new Set(), frozen: Object.freeze([1]), agent: new (class Agent {})(), guarded: new Proxy([], {}) };
function look() {
  return JSON.stringify([
    Object.keys(box.list), { ...box.list }, box.list, [...box.map], [...box.set], Object.keys(box.map),
    structuredClone([...box.map]), v8.serialize([...box.list]).length, inspect(box), inspect(new History('a', 'b')),
    Object.getOwnPropertyNames(Error), Error.stackTraceLimit, typeof Error.prepareStackTrace,
    ['push', 'set', 'add'].map((name, i) => Object.values(box)[i][name].name),
  ]);
}
function insert(n) {
  const came = [box.list.push(n), box.map.set(n, { n }) === box.map, box.set.add({ n }) === box.set];
  if (n % 2) came.push(box.list.pop(), box.map.delete(n), box.set.delete(n));
  return JSON.stringify(came);
}
const v8 = require('node:v8');
const { inspect } = require('node:util');
Object.assign(globalThis, { box, look, insert });
const run = setInterval(() => {}, 1000);
process.stdin.on('end', () => process.exit(0)).resume();
`;
const LINE = (text: string): number => BOXES.split('\n').findIndex((line) => line.includes(text)) + 1;

const READY = 'typeof insert === "function"';

const programs = new Programs();
after(() => programs.close());

for (const major of [20, 24] as const) {
  describe(`Node ${major}`, () => {
    it('an array, a map and a set: counts, lines, a program that does as before, and nothing left', async () => {
      const program = await programs.start(`boxes-${major}`, BOXES, await nodeBinary(major));
      const inspector = await Inspector.connect(program.inspector);
      await snapshot(inspector, READY);
      const names = ['list', 'map', 'set'] as const;
      const ids = await Promise.all(names.map((name) => idOf(inspector, `box.${name}`)));
      const own = 'JSON.stringify(Object.values(box).map((one) => Reflect.ownKeys(one)))';
      const before = [await value(inspector, 'look()'), await value(inspector, own)];
      const bare = await value(inspector, '[insert(1), insert(2)].join()');
      await value(inspector, 'box.list.length = 0; box.map.clear(); box.set.clear();');

      const taps: WireTap[] = [];
      for (const [i, className] of ['History', 'Map', 'Set'].entries())
        taps.push(await WireTap.install(inspector, ids[i], className));
      assert.equal(await value(inspector, 'look()'), before[0]);
      assert.notEqual(await value(inspector, own), before[1]);
      assert.equal(await value(inspector, '[insert(1), insert(2)].join()'), bare);
      await value(inspector, 'box.list.push(3)');
      const readings = await Promise.all(taps.map((tap) => tap.remove()));
      assert.deepEqual(
        readings.map(({ inserts, removes, unseen }) => [inserts, removes, unseen]),
        [
          [3, 1, 0],
          [2, 1, 0],
          [2, 0, 0],
        ],
      );
      // An override is named by who calls it; what we evaluate is in no script.
      assert.deepEqual(
        readings.map(({ stacks }) => stacks.map(({ inserts, frames }) => [inserts, frames[0].function])),
        [[[2, 'insert']], [[2, 'insert']], [[2, 'insert']]],
      );
      const places = readings.map(({ stacks: [{ frames }] }) => frames[0]);
      assert.ok(places.every(({ url, line }) => /boxes-\d+\.cjs$/.test(url) && line === LINE('const came')));
      assert.equal(new Set(places.map(({ column }) => column)).size, 3);
      await value(inspector, 'box.list.length = 0; box.map.clear(); box.set.clear();');
      assert.deepEqual([await value(inspector, 'look()'), await value(inspector, own)], before);

      const refused = async (name: string, className?: string): Promise<string> => {
        const id = await idOf(inspector, `box.${name}`);
        return WireTap.install(inspector, id, className).then(
          () => 'watched',
          (error) => (HeaplineError.is(error) ? `${error.code}: ${error.message}` : String(error)),
        );
      };
      for (const name of ['agent', 'guarded'])
        assert.match(await refused(name), /^usage: This kind of object can't be watched: /);
      assert.match(await refused('frozen'), /^usage: The program has frozen/);
      assert.match(await refused('map', 'Cache'), /^not-found: /);
      await value(inspector, 'box.map = undefined');
      await inspector.send('HeapProfiler.collectGarbage');
      await assert.rejects(WireTap.install(inspector, ids[1], 'Map'), (e) =>
        HeaplineError.is(e, 'not-found'),
      );
      await inspector.close();
    });

    it('takes itself out when we are gone, and lets its container be collected', async () => {
      const program = await programs.start(`alone-${major}`, BOXES, await nodeBinary(major));
      const inspector = await Inspector.connect(program.inspector);
      await snapshot(inspector, READY);
      await WireTap.install(inspector, await idOf(inspector, 'box.set'));
      const tap = await WireTap.install(inspector, await idOf(inspector, 'box.map'));
      await value(inspector, 'box.map.set(1, 1); box.map = undefined');
      await until('the map to be collected', async () => {
        await inspector.send('HeapProfiler.collectGarbage');
        return (await tap.read()).state === 'collected';
      });
      assert.equal((await tap.remove()).inserts, 1);
      assert.equal(await value(inspector, `Object.hasOwn(box.set, 'add')`), true);
      await inspector.close();
      const later = await Inspector.connect(program.inspector);
      await until(
        'the set to be as it was',
        async () => !(await value(later, `Object.hasOwn(box.set, 'add')`)),
      );
      await later.close();
    });

    it('through the proxy of a debugger that pauses at exceptions and at a breakpoint', async () => {
      const file = join(programs.folder, `debugged-${major}.cjs`);
      writeFileSync(file, BOXES);
      const debugged = await Debugged.start(await nodeBinary(major), [file]);
      try {
        await until('the boxes', () => debugged.evaluate('typeof insert === "function"'));
        const inspector = await Inspector.connectProxy(await debugged.proxy());
        await snapshot(inspector, READY);
        const tap = await WireTap.install(inspector, await idOf(inspector, 'box.list'));
        await value(inspector, 'insert(2)');
        assert.deepEqual(debugged.stops, []);
        await debugged.setBreakpoint(/debugged-/, LINE('const came'));
        const inserting = value(inspector, 'insert(4)');
        await debugged.paused();
        assert.equal((await tap.read()).inserts, 1);
        await debugged.resume();
        await inserting;
        const { inserts, stacks } = await tap.remove();
        assert.deepEqual([inserts, stacks.length], [2, 1]);
        await inspector.close();
      } finally {
        await debugged.close();
      }
    });
  });
}
