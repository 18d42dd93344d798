import assert from 'node:assert/strict';
import { it } from 'node:test';
import { JsonTextError, lineAndColumn, parsePlaced } from '../../../src/base/json-places.ts';

it('reads what JSON.parse reads', () => {
  for (const text of [
    '{}',
    ' [ ] ',
    '{"a": [1, -2.5e3, true, null, "x\\u0041\\n\\"", {"b": {}}], "": 0}',
    '"text"',
    '0',
    '{"a": 1, "a": 2}',
    '{"__proto__": {"polluted": true}}',
  ])
    assert.deepEqual(parsePlaced(text).value, JSON.parse(text), text);
  assert.equal(Object.hasOwn(parsePlaced('{"__proto__": 1}').value as object, '__proto__'), true);
  assert.deepEqual(parsePlaced('\ufeff{"a": 1}').value, { a: 1 });
});

it('refuses what JSON.parse refuses, and says where', () => {
  for (const [text, place] of [
    ['', '1:1'],
    ['{', '1:2'],
    ['{"a" 1}', '1:6'],
    ['{"a": 1,}', '1:9'],
    ['[1, 2', '1:6'],
    ['[1 2]', '1:4'],
    ["{'a': 1}", '1:2'],
    ['{"a": tru}', '1:7'],
    ['{"a": 01}', '1:7'],
    ['{}\n\n  x', '3:3'],
    ['{\r\n  "a": "b\r\n}', '2:8'],
    ['["a\nb"]', '1:2'],
    ['["\\x"]', '1:2'],
    ['// a\n{}', '1:1'],
  ]) {
    assert.throws(() => JSON.parse(text), SyntaxError, text);
    assert.throws(
      () => parsePlaced(text),
      (error: unknown) => {
        assert.ok(error instanceof JsonTextError);
        assert.equal(lineAndColumn(text, error.offset), place, text);
        return true;
      },
    );
  }
});

it('knows where an object or a list begins', () => {
  const text = '{\n  "list": [\n    { "a": 1 },\n    []\n  ]\n}';
  const { value, offsetOf } = parsePlaced(text);
  const { list } = value as { list: object[] };
  const places = [value as object, list, ...list].map((part) => lineAndColumn(text, offsetOf(part)));
  assert.deepEqual(places, ['1:1', '2:11', '3:5', '4:5']);
});
