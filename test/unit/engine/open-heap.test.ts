/** Questions to an open snapshot: on a graph drawn by hand, and on V8's own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FreshColumns } from '../../../src/engine/heap/columns.ts';
import { OpenHeap } from '../../../src/engine/heap/open-heap.ts';
import { sortedBy } from '../../../src/engine/heap/sort.ts';
import { loadSnapshot } from '../../../src/engine/load.ts';
import { parseQuery } from '../../../src/protocol/heap-query.ts';
import type { NodeQuery } from '../../../src/protocol/heap-rows.ts';
import { buildGraph } from '../../support/graphs.ts';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';

const ALL = { start: 0, count: 1000 };

/** A root, a global object, a Memory with two messages, one of them also held by a Log; a detached node. */
function drawn(): OpenHeap {
  const graph = buildGraph({
    nodes: [
      { type: 'synthetic', name: '' },
      { name: 'global', size: 8 },
      { name: 'Memory', size: 24 },
      { name: 'Object', size: 32 },
      { name: 'Object', size: 48 },
      { type: 'string', name: 'user', size: 16 },
      { type: 'string', name: 'a "quoted" text', size: 64 },
      { name: 'Log', size: 40 },
      { type: 'native', name: 'Node', size: 56, detachedness: 2 },
      { type: 'closure', name: 'push', size: 72 },
    ],
    edges: [
      [0, 1, 'shortcut', 'global'],
      [1, 2, 'property', 'memory'],
      [1, 7, 'property', 'log'],
      [1, 9, 'context', 'run'],
      [2, 3, 'element', 0],
      [2, 4, 'element', 1],
      [3, 5, 'property', 'role'],
      [3, 6, 'property', 'content'],
      [4, 5, 'property', 'role'],
      [4, 8, 'property', 'content'],
      [7, 3, 'property', 'last'],
      [7, 4, 'weak', 'seen'],
    ],
  });
  return new OpenHeap('drawn.heapsnapshot', 1000, new FreshColumns(graph));
}

const idOf = (ordinal: number): number => 2 * ordinal + 1;

describe('a heap drawn by hand', () => {
  const heap = drawn();
  const ids = async (query: NodeQuery): Promise<number[]> =>
    (await heap.nodes({ query, range: ALL, sort: { by: 'nodeId' } })).rows.map(({ nodeId }) => nodeId);

  it('has its totals, and classes by shape', async () => {
    assert.deepEqual([heap.info().nodeCount, heap.info().edgeCount, heap.info().totalSize], [10, 12, 360]);
    const { total, rows } = await heap.classes({ range: ALL, sort: { by: 'count' } });
    assert.equal(total, rows.length);
    const shape = rows.find(({ className }) => className === '{role, content}')!;
    assert.deepEqual([shape.count, shape.selfSize, shape.retainedSize], [2, 80, 200]);
    assert.ok(!rows.some(({ className }) => className === 'Object'));
    const filtered = await heap.classes({ range: { start: 0, count: 1 }, filter: 'MEM' });
    assert.deepEqual(
      filtered.rows.map(({ className }) => className),
      ['Memory'],
    );
    const second = await heap.classes({ range: { start: 1, count: 2 }, sort: { by: 'className' } });
    const names = rows.map(({ className }) => className).sort();
    assert.deepEqual(
      second.rows.map(({ className }) => className),
      names.slice(1, 3),
    );
  });

  it('finds objects by each condition', async () => {
    assert.deepEqual(await ids({ className: 'Log' }), [idOf(7)]);
    assert.deepEqual(await ids({ className: '{role, content}' }), [idOf(3), idOf(4)]);
    assert.deepEqual(await ids({ classPattern: '^(Mem|Lo)' }), [idOf(2), idOf(7)]);
    assert.deepEqual(await ids({ namePattern: 'quoted' }), [idOf(6)]);
    assert.deepEqual(await ids({ type: 'closure' }), [idOf(9)]);
    assert.deepEqual(await ids({ minSelfSize: 56, maxSelfSize: 64 }), [idOf(6), idOf(8)]);
    assert.deepEqual(await ids({ minRetainedSize: 100, maxRetainedSize: 110 }), [idOf(4)]);
    assert.deepEqual(await ids({ maxDistance: 1 }), [idOf(1)]);
    assert.deepEqual(await ids({ detached: true }), [idOf(8)]);
    assert.deepEqual(await ids({ properties: ['role', 'content'] }), [idOf(3), idOf(4)]);
    assert.deepEqual(await ids({ properties: ['role', 'none'] }), []);
    assert.deepEqual(await ids({ heldBy: 'Memory' }), [idOf(4), idOf(8)]);
    assert.deepEqual(await ids({ heldBy: `@${idOf(3)}` }), [idOf(6)]);
    assert.deepEqual(await ids({ heldBy: 'Object', type: 'string' }), [idOf(6)]);
    await assert.rejects(ids({ classPattern: '(' }), { name: 'HeaplineError', code: 'usage' });
  });

  it('tells totals of all that it found, not of the range', async () => {
    const { total, start, rows, selfSize, retainedSize } = await heap.nodes({
      query: { classPattern: 'Memory|role' },
      range: { start: 1, count: 1 },
    });
    assert.deepEqual([total, start, rows.length], [3, 1, 1]);
    assert.equal(selfSize, 24 + 32 + 48);
    // One message hangs below the memory, the other one is also held by the log.
    assert.equal(retainedSize, 24 + 48 + 56 + 32 + 64);
  });

  it('tells all about a node, and its neighbours by range', async () => {
    const message = await heap.node({ nodeId: idOf(3) });
    assert.equal(message.preview, '{role: "user", content: "a \\"quoted\\" text"}');
    assert.deepEqual(
      [message.className, message.type, message.selfSize, message.retainedSize, message.distance],
      ['{role, content}', 'object', 32, 96, 3],
    );
    assert.deepEqual([message.edgeCount, message.retainerCount, message.dominatedCount], [2, 2, 1]);
    assert.equal(message.dominator!.nodeId, idOf(1));
    assert.equal(message.realm, undefined);
    assert.equal((await heap.node({ nodeId: idOf(8) })).detached, true);
    assert.equal((await heap.node({ nodeId: idOf(6) })).name, 'a "quoted" text');
    assert.equal((await heap.node({ nodeId: idOf(9) })).preview, 'push()');
    const edges = (rows: { edge: string; edgeType: string; node: { nodeId: number } }[]) =>
      rows.map(({ edge, edgeType, node }) => [edge, edgeType, node.nodeId]);
    assert.deepEqual(edges((await heap.fields({ nodeId: idOf(2), range: { start: 1, count: 5 } })).rows), [
      ['[1]', 'element', idOf(4)],
    ]);
    assert.deepEqual(
      edges((await heap.fields({ nodeId: idOf(2), range: ALL, sort: { by: 'retainedSize' } })).rows),
      [
        ['[1]', 'element', idOf(4)],
        ['[0]', 'element', idOf(3)],
      ],
    );
    const held = await heap.retainersIn({ nodeId: idOf(4), range: ALL });
    assert.deepEqual(edges(held.rows), [
      ['[1]', 'element', idOf(2)],
      ['(weak) seen', 'weak', idOf(7)],
    ]);
    const below = await heap.dominated({ nodeId: idOf(1), range: { start: 0, count: 2 } });
    assert.deepEqual([below.total, below.rows.map(({ nodeId }) => nodeId)], [5, [idOf(2), idOf(3)]]);
    const [path] = await heap.paths({ nodeId: idOf(8), most: 1 });
    assert.deepEqual(
      path.map(({ name }) => name),
      ['global', 'memory', 'memory[1]', 'content'],
    );
    await assert.rejects(heap.node({ nodeId: 999 }), { code: 'not-found' });
  });

  it('gives what there is of odd ranges', async () => {
    const total = (await heap.nodes({ query: {}, range: ALL })).total;
    for (const [start, count] of [
      [-5, 3],
      [1e9, 5],
      [Number.NaN, 2],
      [0, -1],
      [0, 1e9],
      [2.5, 1.5],
    ]) {
      const { rows, start: from } = await heap.nodes({ query: {}, range: { start, count } });
      assert.ok(rows.length <= total && from >= 0 && from <= total);
    }
  });
});

describe("V8's own", () => {
  let folder: string;
  let heap: OpenHeap;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'heapline-open-'));
    const [file] = leakySnapshots(folder).files;
    heap = new OpenHeap(file, 0, new FreshColumns(await loadSnapshot(file)));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('counts the same by class and by query', async () => {
    const { rows } = await heap.classes({ range: ALL });
    for (const { className, count, selfSize, retainedSize } of rows.slice(0, 40)) {
      const found = await heap.nodes({ query: { className, minSelfSize: 1 }, range: { start: 0, count: 1 } });
      assert.deepEqual([found.total, found.selfSize, found.retainedSize], [count, selfSize, retainedSize]);
    }
  });

  it('pages through all of them in order', async () => {
    for (const by of ['retainedSize', 'selfSize', 'distance', 'nodeId'] as const) {
      const values: number[] = [];
      const seen = new Set<number>();
      for (let start = 0; ; start += 1000) {
        const { rows } = await heap.nodes({ query: {}, range: { start, count: 1000 }, sort: { by } });
        for (const row of rows) {
          seen.add(row.nodeId);
          values.push(by === 'distance' && row.distance < 0 ? 2 ** 31 : row[by]);
        }
        if (rows.length < 1000) break;
      }
      assert.equal(seen.size, heap.info().nodeCount);
      const sign = by === 'distance' || by === 'nodeId' ? 1 : -1;
      assert.ok(
        values.every((value, i) => i === 0 || sign * (value - values[i - 1]) >= 0),
        by,
      );
    }
  });

  it('leads from any node to its neighbours and back', async () => {
    for (const { nodeId } of (
      await heap.nodes({
        query: { classPattern: 'Turn|Conversation' },
        range: { start: 0, count: 20 },
      })
    ).rows) {
      for (const { node } of (await heap.fields({ nodeId, range: { start: 0, count: 10 } })).rows) {
        const holders: number[] = [];
        const { total } = await heap.retainersIn({ nodeId: node.nodeId, range: { start: 0, count: 0 } });
        for (let start = 0; start < total; start += 1000) {
          const { rows } = await heap.retainersIn({ nodeId: node.nodeId, range: { start, count: 1000 } });
          holders.push(...rows.map((row) => row.node.nodeId));
        }
        assert.equal(holders.length, total);
        assert.ok(holders.includes(nodeId));
      }
      const info = await heap.node({ nodeId });
      const siblings = await heap.dominated({
        nodeId: info.dominator!.nodeId,
        range: { start: 0, count: 0 },
      });
      assert.ok(siblings.total > 0);
    }
  });

  it('takes more memory with each thing it has worked out', async () => {
    const fresh = new OpenHeap('x', 0, new FreshColumns(heap.columns.graph));
    const read = fresh.bytes;
    await fresh.classes({ range: ALL });
    const classed = fresh.bytes;
    const { rows } = await fresh.nodes({ query: {}, range: { start: 0, count: 1 } });
    const listed = fresh.bytes;
    await fresh.retainersIn({ nodeId: rows[0].nodeId, range: ALL });
    assert.ok(read < classed && classed < listed && listed < fresh.bytes);
    assert.ok(read > heap.info().nodeCount * 17 + heap.info().edgeCount * 9);
  });
});

describe('the words of a query', () => {
  it('become conditions', () => {
    assert.deepEqual(parseQuery(''), {});
    assert.deepEqual(parseQuery('class:Turn  size>1kB retained<=2MB detached '), {
      className: 'Turn',
      minSelfSize: 1001,
      maxRetainedSize: 2e6,
      detached: true,
    });
    assert.deepEqual(parseQuery('class:/^Tu?/ name:/a b\\/c/ distance<5 held:@12'), {
      classPattern: '^Tu?',
      namePattern: 'a b\\/c',
      maxDistance: 4,
      heldBy: '@12',
    });
    assert.deepEqual(parseQuery('class:{role, content} has:role has:"a b"'), {
      className: '{role, content}',
      properties: ['role', 'a b'],
    });
    assert.deepEqual(parseQuery('class:*a.b* type:"sliced string" size>=5'), {
      classPattern: 'a\\.b',
      type: 'sliced string',
      minSelfSize: 5,
    });
    for (const wrong of ['Turn', 'size>', 'size>many', 'name:plain', 'held:', 'distance>1kB', 'detachedx']) {
      assert.throws(() => parseQuery(wrong), { code: 'usage' }, wrong);
    }
  });
});

describe('sorting rows', () => {
  it('is stable, both ways, for keys of any size', () => {
    for (const [count, most] of [
      [10, 5],
      [5000, 3],
      [5000, 1e5],
      [5000, 2 ** 50],
      [100, 0],
    ]) {
      let seed = 7;
      const keys = Array.from({ length: count }, () => {
        seed = (seed * 1103515245 + 12345) % 2 ** 31;
        return Math.floor((seed / 2 ** 31) * most);
      });
      const rows = Uint32Array.from(keys, (_, i) => i);
      const up = [...rows].sort((a, b) => keys[a] - keys[b] || a - b);
      const down = [...rows].sort((a, b) => keys[b] - keys[a] || a - b);
      assert.deepEqual([...sortedBy(rows, (row) => keys[row], false)], up);
      assert.deepEqual([...sortedBy(rows, (row) => keys[row], true)], down);
    }
  });
});

describe('what two snapshots tell, and strings', () => {
  const heap = new OpenHeap(
    'later.heapsnapshot',
    1,
    new FreshColumns(
      buildGraph({
        nodes: [
          { type: 'synthetic', name: '' },
          { name: 'Memory', size: 24 },
          { type: 'string', name: 'twice', size: 32 },
          { type: 'string', name: 'twice', size: 32 },
          { type: 'string', name: 'twice', size: 64 },
          { type: 'string', name: 'once', size: 500 },
          { name: 'New', size: 8 },
          { type: 'concatenated string', name: '', size: 16 },
        ],
        edges: [
          [0, 1, 'property', 'memory'],
          [1, 2, 'property', 'a'],
          [1, 3, 'property', 'b'],
          [1, 4, 'property', 'c'],
          [1, 5, 'property', 'd'],
          [1, 6, 'property', 'e'],
          [1, 7, 'property', 'f'],
          [7, 2, 'internal', 'first'],
          [7, 5, 'internal', 'second'],
        ],
      }),
    ),
  );

  it('duplicates are of one text and one size', async () => {
    const { total, wasted, rows } = await heap.strings({ range: ALL });
    assert.deepEqual([total, wasted], [1, 32]);
    assert.deepEqual([rows[0].count, rows[0].selfSize, rows[0].preview], [2, 64, '"twice"']);
  });

  it('a text is given by parts, also one that is put together', async () => {
    const text = await heap.text({ nodeId: idOf(7), range: { start: 3, count: 4 } });
    assert.deepEqual(text, { total: 9, start: 3, text: 'ceon' });
    assert.deepEqual(await heap.text({ nodeId: idOf(1), range: ALL }), { total: 0, start: 0, text: '' });
  });

  it('new is what the other has not, or of another type', async () => {
    const nodes = [
      { type: 'synthetic', name: '' },
      { name: 'Memory', size: 24 },
      { name: 'Other', size: 8 },
      { type: 'string', name: 'twice', size: 32 },
    ];
    const columns = new FreshColumns(buildGraph({ nodes, edges: [[0, 1, 'property', 'memory']] }));
    const earlier = new OpenHeap('earlier.heapsnapshot', 1, columns);
    const query = parseQuery('new');
    assert.deepEqual(query, { isNew: true });
    const asked = { query, range: ALL, sort: { by: 'nodeId' }, before: 'earlier.heapsnapshot' } as const;
    const found = await heap.nodes(asked, undefined, async () => earlier);
    assert.deepEqual(
      found.rows.map(({ nodeId }) => nodeId),
      [2, 4, 5, 6, 7].map(idOf),
    );
    await assert.rejects(heap.nodes({ query, range: ALL }), { code: 'usage' });
  });
});
