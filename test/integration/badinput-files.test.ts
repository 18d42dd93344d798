/** Snapshot files that are damaged, hostile or newer than we are. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { assertFails, heapline } from '../support/heapline.ts';
import { BOMBS, withUnknownFields, writeSnapshot } from '../support/odd-snapshots.ts';

const DAMAGED = 65;
const NOT_FOUND = 66;

let folder: string;
let good: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-bad-'));
  good = join(folder, 'good.heapsnapshot');
  await writeSnapshot(good);
});
after(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, `${name.replaceAll(' ', '-')}.heapsnapshot`);
  await writeFile(path, content);
  return path;
}

describe('a truncated snapshot', () => {
  for (const share of [0.00001, 0.2, 0.5, 0.8, 0.97]) {
    it(`cut off after ${share * 100} %`, async () => {
      const content = await readFile(good);
      const cut = await file(`cut ${share}`, content.subarray(0, Math.ceil(content.length * share)));
      assertFails(await heapline(['classes', cut]), DAMAGED, /cut off|truncated|ends too early|incomplete/i);
      assertFails(
        await heapline(['diff', good, cut]),
        DAMAGED,
        /cut off|truncated|ends too early|incomplete/i,
      );
    });
  }
});

describe('a file of another kind', () => {
  const kinds: Record<string, string | Uint8Array> = {
    'empty file': '',
    'white space': ' \n\n',
    'plain text': 'Hello, this is a log file.\n'.repeat(100),
    'empty object': '{}',
    'JSON of another tool': JSON.stringify({ name: 'x', dependencies: { a: '1' } }),
    'sampling profile': JSON.stringify({ head: { callFrame: {}, children: [], selfSize: 0 }, samples: [] }),
    array: '[1,2,3]',
    gzip: Uint8Array.from([0x1f, 0x8b, 8, 0, ...Array(500).fill(0xaa)]),
    'zero bytes': new Uint8Array(10_000),
    'UTF-16 text': Buffer.from('{"snapshot":{}}', 'utf16le'),
  };
  for (const [name, content] of Object.entries(kinds)) {
    it(name, async () => {
      assertFails(await heapline(['classes', await file(name, content)]), DAMAGED, /heapsnapshot/i);
    });
  }

  it('a file that is not there', async () => {
    const path = join(folder, 'no-such.heapsnapshot');
    assertFails(await heapline(['classes', path]), NOT_FOUND, /no-such\.heapsnapshot/);
  });

  it('a folder that is no recording', async () => {
    const result = await heapline(['open', folder]);
    assert.ok(result.code === DAMAGED || result.code === NOT_FOUND, `code ${result.code}`);
    assertFails(result, result.code, /recording/i);
  });
});

describe('a JSON bomb', () => {
  for (const [name, content] of Object.entries(BOMBS)) {
    it(name, async () => {
      const bomb = await file('bomb', content());
      const result = await heapline(['classes', bomb], {
        env: { NODE_OPTIONS: '--max-old-space-size=256' },
      });
      assertFails(result, DAMAGED, /./);
      await truncate(bomb);
    });
  }
});

describe('a snapshot of a newer V8', () => {
  it('reads the same with sections and columns that nobody knows', async () => {
    const newer = await file('newer', withUnknownFields(await readFile(good, 'utf8')));
    const [known, unknown] = await Promise.all(
      [good, newer].map(async (path) => {
        const result = await heapline(['classes', path, '--json']);
        assert.equal(result.code, 0, result.stderr);
        return JSON.parse(result.stdout) as { classes: unknown[]; nodeCount: number; edgeCount: number };
      }),
    );
    assert.ok(known.classes.length > 50);
    assert.deepEqual(unknown.classes, known.classes);
    assert.deepEqual([unknown.nodeCount, unknown.edgeCount], [known.nodeCount, known.edgeCount]);
  });
});
