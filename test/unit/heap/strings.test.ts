import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeUtf8 } from '../../../src/heap/json-text.ts';
import { ByteStore, ChunkBytes, OffsetList } from '../../../src/heap/string-table.ts';
import { drawnSnapshot } from './drawn.ts';
import { readSnapshot } from './reference.ts';

/** A snapshot whose `strings` are the given JSON, and what JSON.parse makes of it. */
function withStrings(list: string): { bytes: Buffer; expected: string[] } {
  const { strings: _, ...rest } = drawnSnapshot();
  const filler = '"",'.repeat(12);
  const text = JSON.stringify(rest).replace(/}$/, `,"strings":[${filler}${list}]}`);
  return { bytes: Buffer.from(text), expected: JSON.parse(`[${filler}${list}]`) as string[] };
}

function assertDecodes(list: string, sizes: number[] = [1, 3, 1000, Infinity]): void {
  const { bytes, expected } = withStrings(list);
  for (const size of sizes) {
    const { strings } = readSnapshot(bytes, [size]);
    assert.equal(strings.count, expected.length);
    for (let index = 0; index < expected.length; index++) assert.equal(strings.get(index), expected[index]);
    for (let index = 12; index < expected.length; index++) {
      assert.equal(strings.indexOf(expected[index]), expected.indexOf(expected[index]), expected[index]);
    }
  }
}

test('hostile strings decode as JSON.parse decodes them', () => {
  const hostile = [
    String.raw`"\""`,
    String.raw`"\\"`,
    String.raw`"\\\""`,
    String.raw`"ends in a backslash \\"`,
    String.raw`"\",\"",  "],}"`,
    String.raw`"\/\b\f\n\r\t"`,
    String.raw`"\u0000\u001f\u007F\u0080\u00ff\uFFFF\u2028"`,
    String.raw`"\ud83d\ude00 \uD83D \ude00\ud83d \uDE00"`,
    String.raw`"\u0061gent"`,
    '"agent"',
    '"agen"',
    '"agents"',
    '"é ÿ Ā 漢字 😀 \u2028 \u007f"',
    '"__proto__"',
    '"\u00e9\\u00e9é\\n漢\\ud83d\\ude00😀"',
    '""',
  ];
  assertDecodes(hostile.join(','));
  assertDecodes(hostile.join(' \n,\r\t'));
  for (const one of hostile) assertDecodes(one, [Infinity]);
});

test('strings longer than buffers, and across the chunks they are kept in', () => {
  const long = `"${'a😀é\\ud83d\\n'.repeat(200_000)}"`;
  assertDecodes(`"before",${long},"after"`, [1 << 16, Infinity]);
  const many = Array.from({ length: 150_000 }, (_, index) => `"string ${index} \\u00e9 \\\\"`).join(',\n');
  const { bytes, expected } = withStrings(many);
  const { strings } = readSnapshot(bytes, [99_991]);
  for (let index = 0; index < expected.length; index++) {
    if (strings.get(index) !== expected[index]) assert.equal(strings.get(index), expected[index]);
  }
});

test('bytes that are no UTF-8 decode as TextDecoder decodes them', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parts = ['a', 'é', '漢', '😀'].map((text) => [...Buffer.from(text)]);
  const odd = [
    0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xa0, 0xed, 0x9f, 0xef, 0xf0, 0x90, 0xf4, 0x8f, 0xf5, 0xff,
  ];
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let turn = 0; turn < 20_000; turn++) {
    const bytes = Array.from({ length: random(6) }, () =>
      random(3) ? [odd[random(odd.length)]] : parts[random(parts.length)],
    ).flat();
    const cut = Uint8Array.from(bytes.slice(0, bytes.length - random(2)));
    assert.equal(decodeUtf8(cut), decoder.decode(cut), Buffer.from(cut).toString('hex'));
  }
});

test('offsets pass 2^32 as often as they like', () => {
  const offsets = [0, 5, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 9, 2 ** 34, 2 ** 34 + 1, 2 ** 40];
  const list = new OffsetList();
  for (const offset of offsets) list.push(offset);
  assert.deepEqual(
    offsets.map((_, row) => list.at(row)),
    offsets,
  );
  const many = new OffsetList();
  for (let row = 0; row < 200_000; row++) many.push(row * 100_003);
  for (let row = 0; row < 200_000; row += 997) assert.equal(many.at(row), row * 100_003);
});

test('a byte store gives any range back', () => {
  const store = new ByteStore();
  const bytes = Uint8Array.from({ length: 2_500_000 }, (_, index) => (index * 31) >> 3);
  for (let at = 0; at < bytes.length; at += 333_333)
    store.append(bytes, at, Math.min(bytes.length, at + 333_333));
  assert.equal(store.length, bytes.length);
  store.trim();
  const kept = new ChunkBytes(store.chunks, store.length);
  for (const [start, end] of [
    [0, 0],
    [0, 2_500_000],
    [1_048_575, 1_048_576],
    [1_048_575, 1_048_577],
    [1_048_576, 2_097_153],
    [2_499_999, 2_500_000],
  ]) {
    assert.equal(Buffer.compare(kept.range(start, end), bytes.subarray(start, end)), 0, `${start} to ${end}`);
  }
  assert.equal(kept.at(1_048_576), bytes[1_048_576]);
});

test('a text is found by its length and bytes, wherever it is and however it is spaced', () => {
  const plain = Array.from({ length: 140_000 }, (_, index) => `text ${(index * 7919) % 140_000}`);
  for (const between of [',', ',\n', ' \n , \t']) {
    const { bytes, expected } = withStrings(plain.map((text) => JSON.stringify(text)).join(between));
    for (const size of [4099, Infinity]) {
      const { strings } = readSnapshot(bytes, [size]);
      for (const index of [12, 13, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 140_010, 140_011]) {
        assert.equal(strings.indexOf(expected[index]), index);
      }
      assert.equal(strings.indexOf('text'), -1);
      assert.equal(strings.indexOf('text 140000'), -1);
      assert.equal(strings.indexOf(''), 0);
    }
  }
  const { bytes } = withStrings(String.raw`"long text","\u006cong text","a\/b","a/b","end"`);
  const { strings } = readSnapshot(bytes);
  assert.equal(strings.indexOf('long text'), 12);
  assert.equal(strings.indexOf('a/b'), 14);
  assert.equal(strings.indexOf('end'), 16);
});
