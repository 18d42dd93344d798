import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, HeaplineError } from '../../../src/base/errors.ts';
import { SnapshotReader } from '../../../src/heap/snapshot-reader.ts';
import { drawnSnapshot, inRows } from './drawn.ts';
import { assertSame, readSnapshot, type SnapshotJson } from './reference.ts';

/** The drawn snapshot with something done to it. */
function changed(change: (json: SnapshotJson) => void): string {
  const json = drawnSnapshot();
  change(json);
  return JSON.stringify(json);
}

function assertRefused(file: string | Uint8Array, code: ErrorCode, message: RegExp): void {
  for (const size of [file.length < 10_000 ? 1 : 7, 50, Infinity]) {
    assert.throws(
      () => readSnapshot(file, [size]),
      (error) => {
        assert.ok(HeaplineError.is(error, code), String(error));
        assert.match(error.message, message);
        assert.ok(error.hint);
        return true;
      },
    );
  }
}

test('files of another kind', () => {
  assertRefused('', 'not-a-snapshot', /empty/);
  assertRefused(' \n ', 'not-a-snapshot', /empty/);
  assertRefused(Buffer.from('89504e470d0a1a0a0000', 'hex'), 'not-a-snapshot', /byte 0x89/);
  assertRefused(Buffer.from('efbb', 'hex'), 'not-a-snapshot', /./);
  assertRefused(Buffer.alloc(100), 'not-a-snapshot', /byte 0x00/);
  assertRefused(Buffer.from('{"snapshot"', 'utf16le'), 'not-a-snapshot', /byte 0x00/);
  assertRefused('{}', 'not-a-snapshot', /no "snapshot"/);
  assertRefused('{', 'not-a-snapshot', /no "snapshot"/);
  assertRefused('[]', 'not-a-snapshot', /"\["/);
  assertRefused('{name: 1}', 'not-a-snapshot', /"n"/);
  assertRefused('{"name":"heapline","files":[]}', 'not-a-snapshot', /no "snapshot"/);
  const profile = '{"head":{"callFrame":{},"selfSize":0,"children":[]},"samples":[{"size":1}]}';
  assertRefused(profile, 'not-a-snapshot', /"samples" comes before "snapshot"/);
  assertRefused('{"nodes":[{"id":1}],"startTime":1}', 'not-a-snapshot', /"nodes" comes before "snapshot"/);
  for (const value of ['5', '"x"', 'null', '[]', '{}', '{"meta":[]}', '{"meta":null}']) {
    assertRefused(`{"snapshot":${value},"nodes":[]}`, 'not-a-snapshot', /no "meta"/);
  }
});

test('a file cut off at any byte', () => {
  const whole = Buffer.from(inRows(drawnSnapshot()));
  const header = whole.indexOf('"meta"');
  const codes = new Set<string>();
  for (let length = 0; length < whole.length; length++) {
    const part = whole.subarray(0, length);
    for (const fileBytes of [undefined, length]) {
      const reader = new SnapshotReader({ fileBytes });
      assert.throws(
        () => {
          reader.write(part);
          reader.finish();
        },
        (error) => {
          assert.ok(HeaplineError.is(error), `${length}: ${error}`);
          assert.equal(error.code, length < header ? error.code : 'truncated', `${length}: ${error.message}`);
          codes.add(error.code);
          return true;
        },
      );
    }
  }
  assert.deepEqual([...codes].sort(), ['not-a-snapshot', 'truncated']);
});

test('the message says where the file ends', () => {
  const text = inRows(drawnSnapshot());
  const upTo = (end: string): string => text.slice(0, text.indexOf(end) + end.length);
  const cutAt = (end: string, message: RegExp): void => {
    const reader = new SnapshotReader();
    reader.write(Buffer.from(upTo(end)));
    assert.throws(() => reader.finish(), message);
  };
  cutAt('"node_count"', /ends inside "snapshot"/);
  cutAt('"nodes":[0,0,1,0,1,0,0\n,1,1', /ends inside "nodes", after 1 of 5 rows/);
  cutAt('"edges":[', /ends inside "edges", after 0 of 5 rows/);
  cutAt('"trace_tree":[1,0,0', /ends inside "trace_tree", after 1 nodes/);
  cutAt('"(root)",\n"gl', /ends inside "strings", after 1 strings/);
  cutAt('"agent.js"]', /ends behind "strings"/);
});

test('changed bytes are never taken for something else than JSON.parse reads', () => {
  const json = drawnSnapshot();
  const whole = Buffer.from(inRows(json));
  const body = whole.indexOf('"nodes"');
  const bytes = Buffer.from('0123456789,,,[]]{}}"\\ \n\0u-.e');
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  let accepted = 0;
  for (let turn = 0; turn < 4000; turn++) {
    const from = turn % 4 ? body : 0;
    const changed = Buffer.from(whole);
    const at = from + random(whole.length - from);
    let file: Buffer = changed;
    if (turn % 3 === 0) changed[at] = bytes[random(bytes.length)];
    else if (turn % 3 === 1)
      file = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1 + random(4))]);
    else
      file = Buffer.concat([whole.subarray(0, at), bytes.subarray(random(bytes.length)), whole.subarray(at)]);
    try {
      const graph = readSnapshot(file, [1 + random(300)]);
      if (from === 0 || graph.problems.length > 0) continue;
      // The reader takes 007 for 7.
      const text = file.toString().replace(/(?<=[[,\s])0+(?=\d+[\s,\]])/g, '');
      assertSame(graph, JSON.parse(text) as SnapshotJson);
      accepted++;
    } catch (error) {
      assert.ok(HeaplineError.is(error), `${turn}: ${(error as Error).stack}\n${file}`);
    }
  }
  assert.ok(accepted > 100, `${accepted} changed files were read`);
});

test('counts that the file cannot hold are refused before memory is taken', () => {
  const claiming = (nodes: number, edges: number): string =>
    changed(({ snapshot }) => {
      snapshot.node_count = nodes;
      snapshot.edge_count = edges;
    });
  assertRefused(claiming(1e12, 5), 'too-large', /"node_count" is 1000000000000/);
  assertRefused(claiming(5, 1e300), 'too-large', /"edge_count"/);
  assertRefused(
    claiming(4e9, 5),
    'truncated',
    /announces 4000000000 nodes .* at least .* but the file has only/,
  );
  assertRefused(claiming(5, 4e9), 'truncated', /4000000000 edges/);
  for (const count of [-1, 1.5, null, '5'] as number[]) {
    assertRefused(claiming(count, 5), 'malformed', /"node_count" is no count/);
  }
});

test('rows that disagree with the header or with each other', () => {
  assertRefused(
    changed((json) => json.nodes.splice(7, 7)),
    'malformed',
    /"nodes" has 4 rows, but the header announces 5/,
  );
  assertRefused(
    changed((json) => json.nodes.push(...json.nodes.slice(7, 14))),
    'malformed',
    /"nodes" has more than the 5 rows/,
  );
  assertRefused(
    changed((json) => json.nodes.pop()),
    'malformed',
    /"nodes" ends inside row 4/,
  );
  assertRefused(
    changed((json) => json.edges.splice(0, 3)),
    'malformed',
    /"edges" has 4 rows/,
  );
  assertRefused(
    changed((json) => {
      json.nodes[4] = 2;
    }),
    'malformed',
    /claim 6 edges, but the header announces 5/,
  );
  assertRefused(
    changed((json) => {
      delete json.locations;
      json.nodes = [];
      json.edges = [];
      json.snapshot.node_count = 0;
      json.snapshot.edge_count = 0;
    }),
    'malformed',
    /no nodes/,
  );
  assertRefused(
    changed((json) => delete (json as Partial<SnapshotJson>).strings),
    'malformed',
    /no section "strings"/,
  );
  assertRefused(
    JSON.stringify(drawnSnapshot()).replace(/}$/, ',"nodes":[]}'),
    'malformed',
    /two sections "nodes"/,
  );
});

test('numbers that point nowhere', () => {
  const cases: [(json: SnapshotJson) => void, RegExp][] = [
    [({ nodes }) => (nodes[7] = 3), /3 in "nodes", row 1, field "type" is out of range/],
    [({ nodes }) => (nodes[8] = 12), /Row 1 of "nodes" names string 12/],
    [({ nodes }) => (nodes[9] = 2 ** 32), /field "id" is out of range/],
    [({ nodes }) => (nodes[10] = 2 ** 53), /field "self_size" is out of range/],
    [({ nodes }) => (nodes[10] = 1e300), /Unexpected "e" in "nodes", row 1, field "self_size"/],
    [({ nodes }) => (nodes[10] = -1), /Unexpected "-" in "nodes"/],
    [({ nodes }) => (nodes[10] = 0.5), /Unexpected "\." in "nodes"/],
    [({ nodes }) => (nodes[13] = 256), /field "detachedness" is out of range/],
    [({ edges }) => (edges[3] = 3), /"edges", row 1, field "type" is out of range/],
    [({ edges }) => (edges[4] = 12), /Row 1 of "edges" names string 12/],
    [({ edges }) => (edges[5] = 35), /35 in "edges", row 1, field "to_node" is out of range/],
    [({ edges }) => (edges[5] = 8), /8 in "edges", row 1, field "to_node" is out of range/],
    [({ edges }) => (edges[5] = 7e9), /field "to_node" is out of range/],
    [({ locations }) => (locations![0] = 35), /"locations", row 0, field "object_index" is out of range/],
    [
      ({ trace_function_infos: infos }) => (infos![7] = 12),
      /Row 1 of "trace_function_infos" names string 12/,
    ],
    [({ trace_tree: tree }) => (tree![1] = 2), /Node 0 of "trace_tree" names a function/],
    [({ trace_tree: tree }) => (tree![2] = 2 ** 40), /"trace_tree", node 0, is out of range/],
    [({ trace_tree: tree }) => (tree![4] = 7), /Unexpected "\]" in "trace_tree"/],
    [({ nodes }) => (nodes[3] = null as never), /Unexpected "n" in "nodes", row 0, field "self_size"/],
    [(json) => (json.nodes = {} as never), /"nodes" is not a list/],
    [(json) => (json.strings = [5] as never), /Unexpected "5" in "strings"/],
  ];
  for (const [change, message] of cases) assertRefused(changed(change), 'malformed', message);
});

test('headers that make no sense', () => {
  const cases: [(meta: SnapshotJson['snapshot']['meta']) => void, RegExp][] = [
    [(meta) => delete meta.node_fields, /"node_fields" is no list/],
    [(meta) => meta.node_fields.push('type'), /"node_fields" is no list of up to 64 different names/],
    [(meta) => meta.node_fields.splice(2, 1), /"node_fields" lacks "id"/],
    [(meta) => (meta.edge_fields = []), /"edge_fields" is no list/],
    [(meta) => meta.edge_fields.pop(), /"edge_fields" lacks "to_node"/],
    [(meta) => (meta.node_types = ['number']), /"node_types" does not name/],
    [(meta) => delete meta.edge_types, /"edge_types" does not name/],
    [(meta) => (meta.trace_node_fields = ['id']), /"trace_node_fields" lacks/],
    [
      (meta) => meta.node_fields.push(...Array.from({ length: 60 }, (_, index) => `f${index}`)),
      /no list of up to/,
    ],
  ];
  for (const [change, message] of cases) {
    assertRefused(
      changed(({ snapshot }) => void change(snapshot.meta)),
      'malformed',
      message,
    );
  }
  assertRefused(
    inRows(drawnSnapshot()).replace('"node_count":5', '"node_count":5,'),
    'malformed',
    /header is no JSON/,
  );
  assertRefused(
    inRows(drawnSnapshot()).replace('"node_count"', `"long":"${'x'.repeat(1 << 20)}","node_count"`),
    'malformed',
    /"snapshot" is longer than/,
  );
});

test('bombs and garbage', () => {
  const text = JSON.stringify(drawnSnapshot());
  const within = (section: string, value: string): string => text.replace(/}$/, `,"${section}":${value}}`);
  assertRefused(within('odd', '['.repeat(100_000)), 'malformed', /"odd" is nested deeper than 10000 levels/);
  assertRefused(within('odd', '{"a":'.repeat(100_000)), 'malformed', /nested deeper/);
  assertRefused(text.replace('"meta":', `"meta":${'['.repeat(20_000)}`), 'malformed', /nested deeper/);
  assertRefused(within('odd', '[}'), 'malformed', /Unexpected "}" inside "odd"/);
  assertRefused(within('odd', ''), 'malformed', /Unexpected "}" inside "odd"/);
  assertRefused(within('odd', '"a\nb"'), 'malformed', /byte 0x0a inside "odd"/);
  assertRefused(within('odd', '[\0]'), 'malformed', /byte 0x00 inside "odd"/);
  assertRefused(
    text.replace('"nodes":[0', `"nodes":[${'9'.repeat(100)}`),
    'malformed',
    /Too long a number in "nodes", row 0, field "type"/,
  );
  assertRefused(
    text.replace('"nodes":[0', `"nodes":[${'0'.repeat(200_000)}`),
    'malformed',
    /Too long a number/,
  );
  assertRefused(text.replace('"nodes":[0', '"nodes":[0 0'), 'malformed', /Unexpected "0" after "nodes"/);
  assertRefused(text.replace('"nodes":[0,', '"nodes":[0,,'), 'malformed', /Unexpected ","/);
  assertRefused(text.replace('"nodes":[', '"nodes":[,'), 'malformed', /Unexpected ","/);
  assertRefused(text.replace('"nodes":[', '"nodes":[\0'), 'malformed', /byte 0x00/);
  assertRefused(text.replace('"samples":[0,5,51234,9]', '"samples":[0,5,]'), 'malformed', /"samples"/);
  assertRefused(
    text.replace('"nodes"', `"${'n'.repeat(200_000)}"`),
    'malformed',
    /make up no whole row or name/,
  );
  assertRefused(text.replace('"strings":[', '"strings":[,'), 'malformed', /Unexpected "," in "strings"/);
  assertRefused(
    text.replace('"(root)",', '"(root)"'),
    'malformed',
    /Unexpected "\\"" in "strings"|"strings"/,
  );
  assertRefused(text.replace('"agent.js"', '"agent.js",'), 'malformed', /Unexpected "\]" in "strings"/);
  assertRefused(text.replace('agent.js', 'agent\0js'), 'malformed', /byte 0x00 inside string 11/);
  assertRefused(text.replace('agent.js', 'agent\\xjs'), 'malformed', /"x" in an escape inside string 11/);
  assertRefused(text.replace('agent.js', 'agent\\u12g4'), 'malformed', /"g" in an escape inside string 11/);
  assertRefused(`${text}x`, 'malformed', /Unexpected "x" behind the snapshot's end/);
  assertRefused(`${text}\n${text}`, 'malformed', /behind the snapshot's end/);
  assertRefused(Buffer.concat([Buffer.from(text), Buffer.alloc(10)]), 'malformed', /byte 0x00 behind/);
});

test('a reader that failed stays failed', () => {
  const reader = new SnapshotReader();
  const text = JSON.stringify(drawnSnapshot());
  assert.throws(() => reader.write(Buffer.from(`${text}x`)), /behind the snapshot's end/);
  assert.throws(() => reader.finish(), /had failed/);
});
