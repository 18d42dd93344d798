/** Columns kept on disk: the same answers, whatever became of the file. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ColumnCache, userCacheFolder } from '../../../src/engine/heap/column-cache.ts';
import type { OpenHeap } from '../../../src/engine/heap/open-heap.ts';
import { OpenHeaps } from '../../../src/engine/heap/open-heaps.ts';
import { compare } from '../../../src/engine/tables.ts';
import type { NodeQuery } from '../../../src/protocol/heap-rows.ts';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';

let folder: string;
let originals: string[];
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-columns-'));
  const made = join(folder, 'made');
  mkdirSync(made);
  originals = leakySnapshots(made).files;
});
after(() => rmSync(folder, { recursive: true, force: true }));

let file: string;
let place: string;
beforeEach(() => {
  const own = mkdtempSync(join(folder, 'case-'));
  file = join(own, 'agent.heapsnapshot');
  place = join(own, 'kept');
  copyFileSync(originals[0], file);
});

const caching = (more: { leastBytes?: number; mostBytes?: number } = {}): ColumnCache =>
  new ColumnCache({ folder: place, leastBytes: 0, ...more });

/** A worker's open heaps, for as long as `use` takes and the columns are written. */
async function withHeaps<T>(use: (heaps: OpenHeaps) => Promise<T>, cache = caching()): Promise<T> {
  const heaps = new OpenHeaps({ maxBytes: 1e9, cache });
  try {
    return await use(heaps);
  } finally {
    await heaps.settled();
    heaps.dispose();
  }
}

const keptFiles = (): string[] => readdirSync(place).filter((name) => name.endsWith('.columns'));
const keptFile = (): string => join(place, keptFiles()[0]);

/** One question of every kind. */
async function askAll(heap: OpenHeap, most = 27): Promise<unknown> {
  const range = { start: 0, count: 50 };
  const queries: NodeQuery[] = [
    {},
    { className: 'Turn' },
    { classPattern: 'urn$' },
    { namePattern: 'turn 1\\d' },
    { type: 'closure', minSelfSize: 60 },
    { minRetainedSize: 1000, maxDistance: 4 },
    { detached: true },
    { properties: ['text', 'tokens'] },
    { heldBy: 'Conversation' },
  ];
  const classes = await heap.allClasses();
  const found = [];
  for (const query of queries) found.push(await heap.nodes({ query, range }));
  const ids = found.flatMap(({ rows }) => rows.slice(0, 3).map(({ nodeId }) => nodeId));
  const nodes = [];
  for (const nodeId of ids.slice(0, most)) {
    nodes.push([
      await heap.node({ nodeId }),
      await heap.fields({ nodeId, range }),
      await heap.fields({ nodeId, range, sort: { by: 'selfSize' } }),
      await heap.retainersIn({ nodeId, range }),
      await heap.dominated({ nodeId, range }),
      await heap.paths({ nodeId, most: 3 }),
    ]);
  }
  return { info: heap.info(), classes, found, nodes, realms: await heap.realms({}) };
}

const askSome = (heap: OpenHeap): Promise<unknown> => askAll(heap, 2);

const isFresh = (heap: OpenHeap): boolean => !heap.columns.analysed;

describe('columns on disk', () => {
  it('give the same answers to every question', async () => {
    const fresh = await withHeaps((heaps) => heaps.ask(file, askAll));
    assert.equal(keptFiles().length, 1);
    const again = await withHeaps((heaps) =>
      heaps.ask(file, (heap) => {
        assert.ok(!isFresh(heap), 'was read anew');
        return askAll(heap);
      }),
    );
    assert.deepEqual(again, fresh);
  });

  it('are compared as the files are, and read again where they are damaged', async () => {
    const other = file.replace('agent', 'other');
    copyFileSync(originals[2], other);
    const expected = await compare(file, other);
    assert.ok(expected.rows.length > 10);
    const read = new Set<string>();
    const task = { report: ({ phase }: { phase: string }) => read.add(phase) };
    const both = (): Promise<unknown> => compare(file, other, task, undefined, caching());
    assert.deepEqual(await both(), expected);
    assert.equal(read.size, 2);
    read.clear();
    for (const one of [file, other]) await withHeaps((heaps) => heaps.ask(one, (heap) => heap.allClasses()));
    assert.deepEqual(await both(), expected);
    assert.equal(read.size, 0);
    for (const name of keptFiles()) {
      const bytes = readFileSync(join(place, name));
      bytes.fill(0x55, 40, 60);
      writeFileSync(join(place, name), bytes);
    }
    assert.deepEqual(await both(), expected);
    assert.equal(read.size, 2);
    assert.deepEqual(keptFiles(), []);
  });

  it('are read as they are needed: the class table needs none', async () => {
    await withHeaps((heaps) => heaps.ask(file, (heap) => heap.allClasses()));
    await withHeaps((heaps) =>
      heaps.ask(file, async (heap) => {
        await heap.allClasses();
        assert.equal(heap.columns.bytes, 0);
        await heap.nodes({ query: { maxDistance: 1 }, range: { start: 0, count: 0 } });
        assert.ok(heap.columns.bytes > 0 && heap.columns.bytes < statSync(keptFile()).size / 2);
      }),
    );
  });

  it('are not used, and made anew, when they are damaged anywhere', async () => {
    const expected = await withHeaps((heaps) => heaps.ask(file, askSome));
    const whole = readFileSync(keptFile());
    const end = whole.readDoubleLE(16);
    const { sections } = JSON.parse(whole.subarray(end).toString()) as {
      sections: { name: string; offset: number; count: number }[];
    };
    const places = sections
      .filter(({ count }) => count > 0)
      .map(({ name, offset, count }): [string, number] => [name, offset + Math.floor(count / 2)]);
    assert.ok(places.length >= 18);
    for (const [name, at] of [
      ...places,
      ['magic', 3],
      ['offset', 20],
      ['length', 24],
      ['table', end + 40],
    ] as const) {
      const damaged = Buffer.from(whole);
      damaged[at] ^= 0x55;
      writeFileSync(keptFile(), damaged);
      const answers = await withHeaps((heaps) => heaps.ask(file, askSome));
      assert.deepEqual(answers, expected, name);
      // No question needs these once shallow sizes are known: so nobody notices.
      if (name !== 'nodeSelfSizes')
        assert.ok(readFileSync(keptFile()).equals(whole), `${name}: not replaced`);
    }
  });

  it('are not used when they were cut off, at any length', async () => {
    await withHeaps((heaps) => heaps.ask(file, (heap) => heap.allClasses()));
    const whole = readFileSync(keptFile());
    for (const length of [0, 1, 31, 32, 1000, whole.length >> 1, whole.length - 1]) {
      writeFileSync(keptFile(), whole.subarray(0, length));
      assert.equal(caching().find(file), undefined, `cut at ${length}`);
    }
    writeFileSync(keptFile(), Buffer.concat([whole, Buffer.alloc(8)]));
    assert.equal(caching().find(file), undefined);
  });

  it('can say nothing that leads outside: a made-up file whose checksums are right', async () => {
    const expected = await withHeaps((heaps) => heaps.ask(file, askSome));
    const whole = readFileSync(keptFile());
    const end = whole.readDoubleLE(16);
    const text = whole.subarray(end).toString();
    type Section = { name: string; type: string; offset: number; count: number; sum: number };
    const forge = (
      change: (table: { meta: Record<string, unknown>; sections: Section[] }, bytes: Buffer) => void,
    ) => {
      const bytes = Buffer.from(whole.subarray(0, end));
      const table = JSON.parse(text);
      change(table, bytes);
      const json = Buffer.from(JSON.stringify(table));
      bytes.writeUInt32LE(json.length, 24);
      bytes.writeUInt32LE(sumOf(json), 28);
      writeFileSync(keptFile(), Buffer.concat([bytes, json]));
    };
    const poke = (name: string) =>
      forge(({ sections }, bytes) => {
        const section = sections.find((one) => one.name === name)!;
        const width = section.type === 'u8' ? 1 : 4;
        const at = section.offset + width * Math.floor(section.count / 2);
        bytes.fill(0xff, at, at + width);
        section.sum = sumOf(bytes.subarray(section.offset, section.offset + width * section.count));
      });
    const forgeries: [string, () => void][] = [
      ...[
        'nodeTypes',
        'nodeNames',
        'firstEdges',
        'edgeTypes',
        'edgeTargets',
        'locationNodes',
        'dominators',
        'order',
        'classes',
        'strings',
      ].map((name): [string, () => void] => [name, () => poke(name)]),
      [
        'far',
        () =>
          forge(({ sections }) => {
            sections[0].offset = 2 ** 52;
          }),
      ],
      [
        'negative',
        () =>
          forge(({ sections }) => {
            sections[1].offset = -8;
          }),
      ],
      [
        'long',
        () =>
          forge(({ sections }) => {
            sections[2].count = 2 ** 31;
          }),
      ],
      [
        'short',
        () =>
          forge(({ sections }) => {
            sections[2].count -= 1;
          }),
      ],
      [
        'type',
        () =>
          forge(({ sections }) => {
            sections[2].type = 'constructor';
          }),
      ],
      [
        'gone',
        () =>
          forge(({ sections }) => {
            sections.splice(3, 1);
          }),
      ],
      [
        'nodes',
        () =>
          forge(({ meta }) => {
            meta.nodeCount = 2 ** 60;
          }),
      ],
      [
        'names',
        () =>
          forge(({ meta }) => {
            meta.classNames = [1, 2];
          }),
      ],
      [
        'classes',
        () =>
          forge(({ meta }) => {
            meta.classTotals = [null];
          }),
      ],
      [
        'strings',
        () =>
          forge(({ meta }) => {
            meta.stringsEnd = 10;
          }),
      ],
      [
        'empty',
        () =>
          forge((table) => {
            table.meta = null as never;
          }),
      ],
      [
        'engine',
        () =>
          forge(({ meta }) => {
            meta.engine = '0.0.0';
          }),
      ],
      [
        'format',
        () =>
          forge(({ meta }) => {
            meta.format = 99;
          }),
      ],
    ];
    for (const [name, make] of forgeries) {
      make();
      assert.deepEqual(await withHeaps((heaps) => heaps.ask(file, askSome)), expected, name);
    }
  });

  it('are of one snapshot: not of another at its place, nor of one written anew', async () => {
    const mtime = new Date(2020, 1);
    utimesSync(file, mtime, mtime);
    await withHeaps((heaps) => heaps.ask(file, (heap) => heap.allClasses()));
    caching().find(file)!.dispose();
    const { size } = statSync(file);
    const bytes = readFileSync(file);
    bytes[Math.floor(size / 2)] ^= 1;
    writeFileSync(file, bytes);
    assert.equal(caching().find(file), undefined);
    bytes[Math.floor(size / 2)] ^= 1;
    writeFileSync(file, bytes);
    utimesSync(file, mtime, mtime);
    caching().find(file)!.dispose();
    copyFileSync(originals[1], file);
    utimesSync(file, mtime, mtime);
    assert.equal(caching().find(file), undefined);
    appendFileSync(file, '\n');
    assert.equal(caching().find(file), undefined);
  });

  it('lie in the recording where the snapshot is of one', async () => {
    const recording = join(folder, 'agent.heapline');
    mkdirSync(join(recording, 'snapshots'), { recursive: true });
    writeFileSync(join(recording, 'recording.json'), '{}');
    const inside = join(recording, 'snapshots', '0001.heapsnapshot');
    copyFileSync(originals[0], inside);
    await withHeaps((heaps) => heaps.ask(inside, (heap) => heap.allClasses()));
    assert.deepEqual(readdirSync(join(recording, 'cache')).sort(), ['.gitignore', '0001.columns']);
    assert.equal(readFileSync(join(recording, 'cache', '.gitignore'), 'utf8'), '*\n');
    assert.ok(!existsSync(place));
  });

  it('are not written of small snapshots, nor where there is no folder to be had, nor after a change', async () => {
    await withHeaps(
      (heaps) => heaps.ask(file, (heap) => heap.allClasses()),
      new ColumnCache({ folder: place }),
    );
    assert.ok(!existsSync(place));
    writeFileSync(place, 'a file in the way');
    await withHeaps((heaps) => heaps.ask(file, (heap) => heap.allClasses()));
    assert.equal(readFileSync(place, 'utf8'), 'a file in the way');
    rmSync(place);
    await withHeaps((heaps) =>
      heaps.ask(file, async (heap) => {
        await heap.allClasses();
        appendFileSync(file, '\n');
      }),
    );
    assert.ok(!existsSync(place));
  });

  it('have an end: the least recently used go', async () => {
    const others = ['b', 'c'].map((name) => file.replace('agent', name));
    for (const other of others) copyFileSync(originals[0], other);
    await withHeaps((heaps) => heaps.ask(file, (heap) => heap.allClasses()));
    const { size } = statSync(keptFile());
    const cache = caching({ mostBytes: 2.5 * size });
    const first = keptFiles();
    utimesSync(keptFile(), new Date(2000, 1), new Date(2000, 1));
    writeFileSync(join(place, 'x.columns.1-abc.tmp'), 'left over');
    utimesSync(join(place, 'x.columns.1-abc.tmp'), new Date(2000, 1), new Date(2000, 1));
    for (const other of others) {
      await withHeaps((heaps) => heaps.ask(other, (heap) => heap.allClasses()), cache);
    }
    assert.equal(keptFiles().length, 2);
    assert.ok(!keptFiles().includes(first[0]));
    assert.ok(!readdirSync(place).some((name) => name.endsWith('.tmp')));
    await withHeaps(
      (heaps) => heaps.ask(file, (heap) => heap.allClasses()),
      caching({ mostBytes: size / 2 }),
    );
    assert.equal(keptFiles().length, 2);
  });

  it('go to the folder that the system has for it', () => {
    assert.equal(userCacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux'), join('/c', 'heapline'));
    assert.match(userCacheFolder({}, 'linux'), /\.cache.heapline$/);
    assert.match(userCacheFolder({}, 'darwin'), /Library.Caches.heapline$/);
    assert.equal(userCacheFolder({ LOCALAPPDATA: 'L' }, 'win32'), join('L', 'Heapline', 'Cache'));
  });
});

describe('open heaps', () => {
  it('read a file once, also for those who ask at the same time', async () => {
    const heaps = new OpenHeaps({ maxBytes: 1e9 });
    const seen = await Promise.all([1, 2, 3].map(() => heaps.ask(file, (heap) => heap)));
    assert.equal(new Set(seen).size, 1);
    assert.equal(await heaps.ask(file, (heap) => heap), seen[0]);
    heaps.dispose();
    assert.deepEqual(heaps.files, []);
  });

  it('let the least recently asked go, by bytes, and dispose it', async () => {
    const [a, b, c] = originals;
    const alone = new OpenHeaps({ maxBytes: 1e9 });
    const bytes = await alone.ask(a, async (heap) => {
      await heap.allClasses();
      return heap.bytes;
    });
    alone.dispose();
    const heaps = new OpenHeaps({ maxBytes: 2.6 * bytes });
    const ask = async (path: string): Promise<OpenHeap> =>
      heaps.ask(path, async (heap) => {
        await heap.allClasses();
        return heap;
      });
    let disposed = 0;
    const first = await ask(a);
    const dispose = first.dispose.bind(first);
    first.dispose = () => {
      disposed++;
      dispose();
    };
    await ask(b);
    assert.deepEqual(heaps.files, [a, b]);
    await ask(a);
    await ask(c);
    assert.deepEqual(heaps.files, [a, c]);
    assert.equal(disposed, 0);
    await ask(b);
    assert.deepEqual(heaps.files, [c, b]);
    assert.equal(disposed, 1);
    assert.ok(heaps.bytes <= 2.6 * bytes);
    heaps.dispose();
  });

  it('do not close what is being asked, and keep one that is larger than all may be', async () => {
    const heaps = new OpenHeaps({ maxBytes: 1 });
    await heaps.ask(originals[0], async (one) => {
      await heaps.ask(originals[1], (two) => two.allClasses());
      assert.ok((await one.allClasses()).length > 0);
    });
    assert.equal(heaps.files.length, 1);
    heaps.dispose();
  });

  it('open a file anew that has changed', async () => {
    const heaps = new OpenHeaps({ maxBytes: 1e9 });
    const before = await heaps.ask(file, (heap) => heap.info().nodeCount);
    copyFileSync(originals[2], file);
    assert.notEqual(await heaps.ask(file, (heap) => heap.info().nodeCount), before);
    truncateSync(file, 1000);
    await assert.rejects(
      heaps.ask(file, (heap) => heap.info()),
      { name: 'HeaplineError', code: 'truncated' },
    );
    rmSync(file);
    await assert.rejects(
      heaps.ask(file, (heap) => heap.info()),
      { code: 'not-found' },
    );
    assert.deepEqual(heaps.files, []);
    heaps.dispose();
  });

  it('go on for the second who asks when the first gives up', async () => {
    const heaps = new OpenHeaps({ maxBytes: 1e9 });
    const signal = { aborted: false };
    let second: Promise<{ nodeCount: number }> | undefined;
    const first = heaps.ask(file, (heap) => heap.info(), {
      signal,
      report: () => {
        signal.aborted = true;
        second ??= heaps.ask(file, (heap) => heap.info());
      },
    });
    await assert.rejects(first, { code: 'cancelled' });
    assert.ok((await second!).nodeCount > 1000);
    heaps.dispose();
  });
});

function sumOf(bytes: Buffer): number {
  let sum = 0x811c9dc5;
  const words = bytes.length - (bytes.length % 4);
  for (let at = 0; at < words; at += 4) sum = Math.imul(sum ^ bytes.readUInt32LE(at), 0x01000193);
  for (let at = words; at < bytes.length; at++) sum = Math.imul(sum ^ bytes[at], 0x01000193);
  return sum >>> 0;
}
