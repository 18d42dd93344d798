/** The layouts of boxes, flames and graphs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HolderRow } from '../../../src/protocol/heap-rows.ts';
import type { FlameFrame } from '../../../src/protocol/pictures.ts';
import {
  type Box,
  everyBox,
  neighbour,
  type PlacedBox,
  placeRows,
  placeTreemap,
  ROW_HEIGHT,
  wayToBox,
  withChildren,
} from '../../../webview/layout/boxes.ts';
import { dominatorTree } from '../../../webview/layout/dominators.ts';
import { fitText } from '../../../webview/layout/fit.ts';
import { flameBoxes, functionKey, sandwich } from '../../../webview/layout/flame.ts';
import { layered } from '../../../webview/layout/layered.ts';
import { growthStrength, MODULE_COLOURS, moduleColours, moduleOf } from '../../../webview/layout/modules.ts';
import {
  graphOfFinding,
  graphOfPaths,
  joined,
  MOST_NODES,
  nodeAt,
  withHolders,
} from '../../../webview/layout/path-graph.ts';
import { seededRandom } from '../../support/random.ts';
import { leakReport } from '../../support/report-data.ts';

const box = (key: string, size: number, children: Box[] = [], module = ''): Box => ({
  key,
  name: key,
  detail: '',
  size,
  module,
  count: 1,
  children,
});

/** Boxes of random sizes, in levels. */
function randomBox(random: () => number, key: string, level: number): Box {
  const children = level
    ? Array.from({ length: 3 + Math.floor(random() * 6) }, (_, i) =>
        randomBox(random, `${key}/${i}`, level - 1),
      )
    : [];
  children.sort((a, b) => b.size - a.size);
  const size = children.reduce((sum, child) => sum + child.size, Math.ceil(random() * 1000));
  return box(key, size, children, `module ${Math.floor(random() * 12)}`);
}

const within = (inner: PlacedBox, outer: PlacedBox): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const apart = (a: PlacedBox, b: PlacedBox): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe('boxes', () => {
  const root = randomBox(seededRandom(7), 'all', 4);

  it('of a treemap lie in one another, apart from their neighbours', () => {
    const placed = placeTreemap(root, 1000, 440);
    assert.ok(placed.length > 100);
    const by = new Map(placed.map((one) => [one.box.key, one]));
    for (const one of placed) {
      const around = by.get(one.box.key.replace(/\/?[^/]*$/, ''));
      if (around) assert.ok(around.opened && within(one, around), one.box.key);
      const siblings = one.opened ? one.box.children.flatMap(({ key }) => by.get(key) ?? []) : [];
      for (const [i, a] of siblings.entries()) for (const b of siblings.slice(i + 1)) assert.ok(apart(a, b));
    }
  });

  it('of a treemap are as large as what they stand for, with room for what is their own', () => {
    const halves = box('all', 1000, [box('all/0', 500), box('all/1', 250)]);
    const [all, half, quarter] = placeTreemap(halves, 2000, 2000);
    const area = ({ width, height }: PlacedBox): number => width * height;
    assert.ok(Math.abs(area(half) / area(all) - 0.5) < 0.02);
    assert.ok(Math.abs(area(half) / area(quarter) - 2) < 0.02);
  });

  it('in rows lie below, or above, what they are in', () => {
    for (const upwards of [false, true]) {
      const { boxes, height } = placeRows(root, 900, upwards);
      const by = new Map(boxes.map((one) => [one.box.key, one]));
      for (const one of boxes) {
        const around = by.get(one.box.key.replace(/\/?[^/]*$/, ''));
        assert.ok(one.y >= 0 && one.y + one.height <= height);
        if (!around) continue;
        assert.equal(one.y - around.y, upwards ? -ROW_HEIGHT : ROW_HEIGHT);
        assert.ok(one.x >= around.x && one.x + one.width <= around.x + around.width + 1e-6);
      }
    }
  });

  it('without any size have a layout, too', () => {
    assert.equal(placeTreemap(box('all', 0), 300, 200).length, 1);
    assert.ok(placeRows(box('all', 0, [box('all/0', 0)]), 300).boxes.every(({ x }) => Number.isFinite(x)));
  });

  it('are found by key, and by the arrow keys', () => {
    const key = root.children[1].children[0].key;
    assert.deepEqual(
      wayToBox(root, key).map((one) => one.key),
      ['all', 'all/1', key].map((each, i) => (i === 1 ? root.children[1].key : each)),
    );
    assert.equal(wayToBox(root, 'nowhere').length, 1);
    assert.equal(neighbour(root, 'all', 'in'), root.children[0]);
    assert.equal(neighbour(root, 'all', 'out'), undefined);
    assert.equal(neighbour(root, root.children[0].key, 'next'), root.children[1]);
    assert.equal(neighbour(root, root.children[0].key, 'previous'), undefined);
    assert.equal(neighbour(root, key, 'out'), root.children[1]);
  });

  it('take children that come later, where they belong', () => {
    const tree = box('all', 30, [box('all/1', 10), { ...box('all/10', 20), more: true }]);
    const grown = withChildren(tree, 'all/10', [box('all/10/0', 5)]);
    assert.deepEqual(
      everyBox(grown).map((one) => [one.key, one.more ?? false]),
      [
        ['all', false],
        ['all/1', false],
        ['all/10', false],
        ['all/10/0', false],
      ],
    );
    assert.equal(everyBox(tree).length, 3);
  });

  it('have a colour for each module by what is its own, the last for all that is left', () => {
    const colours = moduleColours(root);
    assert.ok(colours.length > MODULE_COLOURS);
    assert.deepEqual(
      colours.slice(0, 9).map(({ colour }) => colour),
      [0, 1, 2, 3, 4, 5, 6, 7, 7],
    );
    assert.equal(
      colours.reduce((sum, { size }) => sum + size, 0),
      root.size,
    );
    assert.equal(growthStrength({ ...box('a', 100), growth: 50 }), 0.5);
    assert.equal(growthStrength({ ...box('a', 100), growth: -500 }), 1);
    assert.equal(growthStrength(box('a', 100)), 0);
  });
});

describe('modules', () => {
  it('are files of your own, packages, parts of the runtime', () => {
    const name = (path: string, cwd?: string): string => moduleOf({ url: `file://${path}`, path }, cwd).name;
    assert.equal(name('/home/ada/agent/src/memory.ts', '/home/ada/agent'), 'src/memory.ts');
    assert.equal(name('C:\\agent\\src\\memory.ts', 'C:\\agent'), 'src\\memory.ts');
    assert.equal(name('/a/node_modules/openai/core.mjs'), 'openai');
    assert.equal(name('/a/node_modules/x/node_modules/@langchain/core/dist/a.js'), '@langchain/core');
    assert.deepEqual(moduleOf({ url: 'node:internal/timers' }), { name: 'node:internal', origin: 'runtime' });
  });
});

describe('the dominator tree', () => {
  it('hands modules on, names boxes by what holds them, and knows where to ask', () => {
    const site = { url: 'file:///a/memory.ts', path: '/a/memory.ts', line: 3, column: 1 };
    const { root, addresses } = dominatorTree(
      {
        nodeId: 1,
        className: '(root)',
        count: 1,
        selfSize: 0,
        retainedSize: 100,
        before: 40,
        children: [
          {
            nodeId: 7,
            className: 'Memory',
            edge: '.memory',
            count: 1,
            selfSize: 10,
            retainedSize: 90,
            before: 40,
            site,
            children: [
              {
                className: 'Turn',
                count: 9,
                selfSize: 1,
                retainedSize: 70,
                before: 30,
                upTo: 12,
                more: true,
              },
              { count: 3, selfSize: 1, retainedSize: 5, before: 5 },
            ],
          },
        ],
      },
      { all: 'All', rest: 'rest' },
      '/a',
    );
    const [all, memory, turns, rest] = everyBox(root);
    assert.deepEqual([all.name, all.growth, all.module], ['All', 60, '']);
    assert.deepEqual(
      [memory.name, memory.detail, memory.module, memory.origin],
      ['.memory', 'Memory', 'memory.ts', 'user'],
    );
    assert.deepEqual(
      [turns.name, turns.count, turns.growth, turns.module, turns.more],
      ['Turn', 9, 40, 'memory.ts', true],
    );
    assert.deepEqual([rest.name, rest.module, rest.rest], ['rest', '', true]);
    assert.deepEqual(addresses.get(turns.key), { nodeId: 7, groups: [{ className: 'Turn', upTo: 12 }] });
    assert.equal(addresses.has(rest.key), false);
  });
});

describe('flames', () => {
  const words = { all: 'All', rest: 'rest', nameless: '(anonymous)' };
  const frame = (name: string, size: number, grown: number, ...children: FlameFrame[]): FlameFrame => ({
    function: name,
    size,
    selfSize: size - children.reduce((sum, child) => sum + child.size, 0),
    grown,
    selfGrown: 0,
    children,
  });
  const root = frame(
    '',
    100,
    60,
    frame(
      'main',
      80,
      60,
      frame('add', 50, 50),
      frame('ask', 30, 10, frame('add', 20, 10, frame('add', 5, 5))),
    ),
    frame('timer', 20, 0, frame('add', 15, 0)),
  );

  it('are of all that is live, or of what has grown', () => {
    const live = flameBoxes(root, 'live', words);
    assert.deepEqual([live.name, live.size, live.growth, live.children[0].name], ['All', 100, 60, 'main']);
    const grown = flameBoxes(root, 'grown', words);
    assert.deepEqual(
      everyBox(grown).map(({ name, size }) => [name, size]),
      [
        ['All', 60],
        ['main', 60],
        ['add', 50],
        ['ask', 10],
        ['add', 10],
        ['add', 5],
      ],
    );
  });

  it('show one function from both sides, what calls itself once', () => {
    const key = functionKey({ function: 'add' });
    const { callers, callees } = sandwich(root, key, 'live', words)!;
    assert.deepEqual([callers.size, callees.size], [85, 85]);
    assert.deepEqual(
      everyBox(callers).map(({ name, size }) => [name, size]),
      [
        ['add', 85],
        ['main', 50],
        ['ask', 20],
        ['main', 20],
        ['timer', 15],
      ],
    );
    assert.deepEqual(
      everyBox(callees).map(({ name, size }) => [name, size]),
      [
        ['add', 85],
        ['add', 5],
      ],
    );
    assert.equal(sandwich(root, key, 'grown', words)!.callers.size, 60);
    assert.equal(sandwich(root, functionKey({ function: 'nobody' }), 'live', words), undefined);
  });
});

describe('layers', () => {
  const spacing = { width: 100, height: 40, gapX: 20, gapY: 30, margin: 10 };

  it('have holders above what they hold, side by side without touching', () => {
    const random = seededRandom(11);
    const nodes = Array.from({ length: 120 }, (_, i) => `n${i}`);
    const links = nodes.slice(1).flatMap((to, i) => {
      const from = nodes[Math.floor(random() * (i + 1))];
      return random() < 0.3
        ? [
            { from, to },
            { from: nodes[Math.floor(random() * (i + 1))], to },
          ]
        : [{ from, to }];
    });
    const { places, ways, width, height } = layered(nodes, links, spacing);
    for (const { from, to } of links) assert.ok(places.get(from)!.layer < places.get(to)!.layer);
    const layers = new Map<number, number[]>();
    for (const { x, y, layer } of places.values()) {
      assert.ok(x - 50 >= 0 && x + 50 <= width && y >= 0 && y + 40 <= height);
      layers.set(layer, [...(layers.get(layer) ?? []), x]);
    }
    for (const xs of layers.values())
      for (const [i, x] of xs.sort((a, b) => a - b).entries())
        if (i) assert.ok(x - xs[i - 1] >= 119.999, `${x - xs[i - 1]}`);
    for (const { link, points } of ways) {
      assert.equal(points[0][0], places.get(link.from)!.x);
      assert.equal(points.at(-1)![1], places.get(link.to)!.y);
    }
  });

  it('stand straight where nothing branches, and end in circles, too', () => {
    const { places } = layered(
      ['a', 'b', 'c'],
      [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
      ],
      spacing,
    );
    assert.equal(new Set([...places.values()].map(({ x }) => x)).size, 1);
    const circle = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'a' },
      { from: 'c', to: 'c' },
    ];
    const { ways } = layered(['a', 'b', 'c'], circle, spacing);
    assert.deepEqual(
      ways.map(({ back }) => back),
      [false, false, true],
    );
    assert.equal(layered([], [], spacing).ways.length, 0);
  });
});

describe('the graph of holders', () => {
  const [finding] = leakReport().findings.findings;
  const graph = graphOfFinding(finding);
  const holder = (nodeId: number, edgeType = 'property'): HolderRow => ({
    edge: '.it',
    edgeType,
    name: `holder ${nodeId}`,
    node: {
      nodeId,
      className: 'Holder',
      type: 'object',
      preview: '',
      selfSize: 1,
      retainedSize: 2,
      distance: 3,
    },
  });

  it('is the path of a finding, its growing link told', () => {
    assert.equal(graph.nodes.length, finding.retainingPath.length);
    assert.deepEqual(
      graph.links.filter(({ growing }) => growing).map(({ from, edge }) => [from, edge]),
      [['@48213', '[0 … 4999]']],
    );
    const gained = graph.nodes.at(-1)!;
    assert.deepEqual([gained.role, gained.count, gained.nodeId], ['gained', 5000, undefined]);
    assert.deepEqual(
      graph.nodes.map(({ origin }) => origin),
      [undefined, 'runtime', 'library', 'user', 'user', 'user', undefined, 'user'],
    );
  });

  it('of an object with 100,000 retainers shows some, how many are left, and goes on', () => {
    const rows = Array.from({ length: 8 }, (_, i) => holder(1001 + 2 * i, i === 7 ? 'weak' : 'property'));
    const some = withHolders(graph, '@48213', { total: 100_000, start: 0, rows });
    const more = some.nodes.at(-1)!;
    assert.deepEqual(more.more, { of: '@48213', left: 99_992, next: 8 });
    assert.equal(some.nodes.length, graph.nodes.length + 9);
    assert.equal(some.links.filter(({ weak }) => weak).length, 1);
    const { places } = layered(
      some.nodes.map(({ key }) => key),
      some.links,
      { width: 200, height: 40, gapX: 20, gapY: 40, margin: 10 },
    );
    for (const key of ['@1001', more.key])
      assert.equal(places.get(key)!.layer, places.get('@48213')!.layer - 1);
    let all = some;
    for (let start = 8; all.nodes.length < MOST_NODES; start += 500)
      all = withHolders(all, '@48213', {
        total: 100_000,
        start,
        rows: Array.from({ length: 500 }, (_, i) => holder(2 * (start + i) + 5001)),
      });
    assert.equal(all.nodes.filter(({ more }) => more).length, 1);
    assert.ok(all.nodes.length <= MOST_NODES + 1);
  });

  it('takes in other ways, and holders that it has already', () => {
    const ways = graphOfPaths({
      objects: 1,
      followed: 2,
      nodes: [
        { nodeId: 3, count: 1, name: '(global)', className: 'global', retainedSize: 9 },
        { nodeId: 77, count: 1, name: 'cache', className: 'Map', retainedSize: 9 },
        { nodeId: 48213, count: 1, name: 'history', className: 'Array', retainedSize: 9, target: true },
      ],
      edges: [
        { from: 0, to: 1, edge: '.cache', edgeType: 'property', count: 1 },
        { from: 1, to: 2, edge: '(weak) 3', edgeType: 'weak', count: 1 },
      ],
    });
    const both = joined(graph, ways);
    assert.equal(both.nodes.length, graph.nodes.length + 1);
    assert.equal(both.nodes.find(({ key }) => key === '@48213')!.role, 'container');
    assert.equal(both.links.length, graph.links.length + 2);
    const known = withHolders(both, '@48213', { total: 1, start: 0, rows: [holder(31955)] });
    assert.deepEqual([known.nodes.length, known.links.length], [both.nodes.length, both.links.length]);
    const itself = withHolders(both, '@48213', { total: 1, start: 0, rows: [holder(48213)] });
    assert.equal(itself.links.length, both.links.length);
  });

  it('is walked by the arrow keys', () => {
    const some = withHolders(graph, '@48213', { total: 2, start: 0, rows: [holder(1001), holder(1003)] });
    const { places } = layered(
      some.nodes.map(({ key }) => key),
      some.links,
      { width: 200, height: 40, gapX: 20, gapY: 40, margin: 10 },
    );
    assert.equal(nodeAt(some, places, '@31955', 'ArrowDown'), '@48213');
    const aside = ['ArrowLeft', 'ArrowRight'].map((arrow) =>
      nodeAt(some, places, '@31955', arrow as 'ArrowLeft'),
    );
    assert.ok(aside.some((key) => key === '@1001' || key === '@1003'));
    assert.ok(['@31955', '@1001', '@1003'].includes(nodeAt(some, places, '@48213', 'ArrowUp')!));
    assert.equal(nodeAt(some, places, '@3', 'ArrowUp'), undefined);
  });
});

it('texts are cut to what fits', () => {
  assert.equal(fitText('history', 200), 'history');
  assert.equal(fitText('AgentMemory.history', 60), 'AgentMe…');
  assert.equal(fitText('history', 12), '');
  assert.equal(fitText('😀😀😀😀', 6.7 * 4 + 1), '😀…');
});
