import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aggregateByClass } from '../../../src/analysis/aggregates.ts';
import { classify, className, shapeName } from '../../../src/analysis/classes.ts';
import { SYSTEM_DISTANCE, UNREACHABLE } from '../../../src/analysis/distances.ts';
import { analyseHeap } from '../../../src/analysis/heap.ts';
import { buildGraph, type DrawnEdge, type DrawnNode } from '../../support/graphs.ts';

describe('classes', () => {
  it('are named as DevTools names them', () => {
    const drawn: [DrawnNode, string][] = [
      [{ type: 'object', name: 'AgentMemory' }, 'AgentMemory'],
      [{ type: 'closure', name: 'push' }, 'Function'],
      [{ type: 'regexp', name: 'a+' }, 'RegExp'],
      [{ type: 'code', name: '(code)' }, '(compiled code)'],
      [{ type: 'hidden', name: 'system / Map' }, '(system)'],
      [{ type: 'string', name: 'hello' }, '(string)'],
      [{ type: 'concatenated string', name: '' }, '(concatenated string)'],
      [{ type: 'array', name: '(object elements)' }, '(array)'],
      [{ type: 'number', name: 'int' }, '(number)'],
      [{ type: 'object shape', name: 'x' }, '(object shape)'],
      [{ type: 'native', name: '<div id="a b">' }, '<div>'],
      [{ type: 'native', name: '<p>' }, '<p>'],
      [{ type: 'native', name: 'Node / BindingData', detachedness: 2 }, 'Detached Node / BindingData'],
      [{ type: 'native', name: '<div\nclass="x" >', detachedness: 2 }, 'Detached <div\nclass="x">'],
      [{ type: 'object', name: 'Foo', detachedness: 2 }, 'Foo'],
    ];
    const graph = buildGraph({ nodes: drawn.map(([node]) => node), edges: [] });
    const expected = drawn.map(([, name]) => name);
    assert.deepEqual(
      expected.map((_, node) => className(graph, node)),
      expected,
    );
    const { names, ofNode } = classify(graph);
    assert.deepEqual(
      expected.map((_, node) => names[ofNode[node]]),
      expected,
    );
    assert.equal(new Set(names).size, names.length);
  });

  it('hand Detached on to what detached native nodes alone hold', () => {
    const native = (name: string, detachedness = 0): DrawnNode => ({ type: 'native', name, detachedness });
    const { names, ofNode } = classify(
      buildGraph({
        nodes: [native('a', 2), native('b'), native('c', 1), native('d'), {}, native('e'), native('f')],
        edges: [
          [0, 1],
          [0, 3],
          [2, 3],
          [0, 4],
          [4, 5],
          [0, 6, 'weak', 'w'],
        ],
      }),
    );
    assert.deepEqual(
      Array.from(ofNode, (index) => names[index]),
      ['Detached a', 'Detached b', 'c', 'd', 'Object', 'e', 'f'],
    );
  });
});

describe('shapeName', () => {
  const shape = (names: string[], node: DrawnNode = {}): string | undefined =>
    shapeName(
      buildGraph({ nodes: [node, {}], edges: names.map((name): DrawnEdge => [0, 1, 'property', name]) }),
      0,
    );

  it('lists the properties of plain objects', () => {
    assert.equal(shape(['role', '__proto__', 'content', 'a,b']), '{role, content, "a,b"}');
    assert.equal(shape([]), '{}');
    assert.equal(shape(['role'], { name: 'Message' }), undefined);
    assert.equal(shape(['role'], { type: 'closure' }), undefined);
  });

  it('is capped', () => {
    assert.equal(shape([...'abcdefghij']), '{a, b, c, d, e, f, g, h, …}');
    assert.equal(shape(['x'.repeat(200), 'y']), `{${'x'.repeat(200)}, …}`);
  });
});

describe('aggregateByClass', () => {
  it('does not count twice what one of a class holds of the same class, and passes over size 0', () => {
    const graph = buildGraph({
      nodes: [
        { type: 'synthetic', name: '' },
        { name: 'global' },
        { name: 'List', size: 1 },
        { name: 'Item', size: 10 },
        { name: 'List', size: 100 },
        { name: 'List', size: 1000 },
        { name: 'Lost', size: 5 },
        { name: 'Gone', size: 7 },
      ],
      edges: [
        [0, 1, 'shortcut'],
        [1, 2],
        [2, 3],
        [3, 4],
        [1, 5],
        [0, 6, 'element', 1],
        [1, 7, 'weak', 'w'],
      ],
    });
    assert.deepEqual(aggregateByClass(analyseHeap(graph), classify(graph)), [
      { className: 'List', count: 3, shallowSize: 1101, retainedSize: 1111, distance: 2 },
      { className: 'Item', count: 1, shallowSize: 10, retainedSize: 110, distance: 3 },
      { className: 'Gone', count: 1, shallowSize: 7, retainedSize: 7, distance: UNREACHABLE },
      { className: 'Lost', count: 1, shallowSize: 5, retainedSize: 5, distance: 1 },
    ]);
    assert.equal(analyseHeap(graph).distances[0], SYSTEM_DISTANCE);
  });
});
