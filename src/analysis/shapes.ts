import type { HeapGraph } from '../heap/graph.ts';
import { type Classes, classify, withRoomFor } from './classes.ts';
import { kindsOf } from './kinds.ts';
import { ListTree } from './list-tree.ts';

/** What many plain objects look like. An object is of a shape if it has all its properties, and maybe more. */
export interface Shape {
  /** `{role, content}`: its class name. */
  readonly name: string;
  readonly properties: readonly string[];
}

const MOST_LETTERS = 120;
const FEWEST_OBJECTS = 2;
/** A shape that fewer of the plain objects have is none. */
const SMALLEST_SHARE = 1 / 1000;

/**
 * The shapes of the plain objects, most frequent first, as DevTools infers them ("interface definitions"): the names
 * of the properties in their order, as far as they fit. V8 leaves out properties whose values are small numbers.
 */
export function inferShapes(graph: HeapGraph): Shape[] {
  const { edgeNames, strings } = graph;
  const proto = strings.indexOf('__proto__');
  const tree = new ListTree();
  /** By place in the tree. */
  const letters = [1];
  const counts = [0];
  const firsts = [0];
  const full: boolean[] = [false];
  let total = 0;
  eachPlainObject(graph, (_, properties) => {
    total++;
    let place = 0;
    for (let edge = properties.next(); edge >= 0; edge = properties.next()) {
      const name = edgeNames[edge];
      if (name === proto) continue;
      const next = tree.next(place, name);
      if (next === letters.length) {
        const { length } = quoted(strings.get(name));
        const before = letters[place];
        full.push(before > 1 && before + length > MOST_LETTERS);
        letters.push(before + (before > 1 ? 2 : 0) + length);
        counts.push(0);
        firsts.push(0);
      }
      if (full[next]) break;
      place = next;
    }
    if (counts[place]++ === 0) firsts[place] = total;
  });
  const enough = Math.max(FEWEST_OBJECTS, total * SMALLEST_SHARE);
  const places: number[] = [];
  for (let place = 1; place < counts.length; place++) if (counts[place] >= enough) places.push(place);
  places.sort((a, b) => counts[b] - counts[a] || firsts[a] - firsts[b]);
  return places.map((place) => {
    const properties = tree.list(place).map((name) => strings.get(name));
    return { name: `{${properties.map(quoted).join(', ')}}`, properties };
  });
}

/**
 * Classes as `classify` has them, but plain objects by the shape that has most of their properties; `Object` where
 * none fits. To compare snapshots, give both the shapes of the later one, as DevTools does.
 */
export function classifyByShape(graph: HeapGraph, shapes: readonly Shape[] = inferShapes(graph)): Classes {
  const classes = classify(graph);
  if (!shapes.length) return classes;
  const { edgeNames, strings } = graph;
  const names = [...classes.names];
  const ofNode = withRoomFor(names.length + shapes.length, classes.ofNode);
  const matcher = new ShapeMatcher(shapes);
  const classOfShape = new Int32Array(shapes.length).fill(-1);
  const tree = new ListTree();
  /** By place in the tree; -2 where it is not known yet. */
  const shapeOf = [-1];
  /** By string: 0 not looked at, -1 in no shape, else the property's number + 1. */
  const propertyOf = new Int32Array(strings.count);
  eachPlainObject(graph, (node, properties) => {
    let place = 0;
    for (let edge = properties.next(); edge >= 0; edge = properties.next()) {
      const name = edgeNames[edge];
      if (propertyOf[name] === 0) propertyOf[name] = matcher.numberOf(strings.get(name)) + 1 || -1;
      if (propertyOf[name] < 0) continue;
      place = tree.next(place, propertyOf[name] - 1);
      if (place === shapeOf.length) shapeOf.push(-2);
    }
    if (shapeOf[place] === -2) shapeOf[place] = matcher.match(tree.list(place));
    const shape = shapeOf[place];
    if (shape < 0) return;
    if (classOfShape[shape] < 0) classOfShape[shape] = names.push(shapes[shape].name) - 1;
    ofNode[node] = classOfShape[shape];
  });
  return { names, ofNode };
}

/** Finds the shape that suits a set of properties best. */
class ShapeMatcher {
  private readonly numbers = new Map<string, number>();
  /** By property: the shapes that have it. */
  private readonly shapesWith: number[][] = [];
  private readonly sizes: number[];
  private readonly hits: Uint32Array;

  constructor(shapes: readonly Shape[]) {
    this.hits = new Uint32Array(shapes.length);
    this.sizes = shapes.map(({ properties }, shape) => {
      const distinct = new Set(properties);
      for (const property of distinct) {
        let number = this.numbers.get(property);
        if (number === undefined) {
          number = this.shapesWith.push([]) - 1;
          this.numbers.set(property, number);
        }
        this.shapesWith[number].push(shape);
      }
      return distinct.size;
    });
  }

  /** -1 for a property of no shape. */
  numberOf(property: string): number {
    return this.numbers.get(property) ?? -1;
  }

  /** Of the shapes that have no other properties, the one with most of them, the more frequent one first; or -1. */
  match(properties: readonly number[]): number {
    const { sizes, hits } = this;
    hits.fill(0);
    let best = -1;
    for (const property of new Set(properties)) {
      for (const shape of this.shapesWith[property]) {
        if (++hits[shape] < sizes[shape]) continue;
        if (best < 0 || sizes[shape] > sizes[best] || (sizes[shape] === sizes[best] && shape < best)) {
          best = shape;
        }
      }
    }
    return best;
  }
}

/** The property edges of one node, one after the other; then -1. */
interface PropertyEdges {
  next(): number;
}

function eachPlainObject(graph: HeapGraph, visit: (node: number, properties: PropertyEdges) => void): void {
  const { nodeCount, nodeTypes, nodeNames, firstEdges, edgeTypes } = graph;
  const { object, propertyEdge } = kindsOf(graph);
  const plain = graph.strings.indexOf('Object');
  let edge = 0;
  let end = 0;
  const properties = {
    next: (): number => {
      while (edge < end) if (edgeTypes[edge++] === propertyEdge) return edge - 1;
      return -1;
    },
  };
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== object || nodeNames[node] !== plain) continue;
    edge = firstEdges[node];
    end = firstEdges[node + 1];
    visit(node, properties);
  }
}

function quoted(property: string): string {
  return /[,'"{}]/.test(property) ? JSON.stringify(property) : property;
}
