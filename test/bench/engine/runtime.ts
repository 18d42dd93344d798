/** What every V8 heap has: roots, the few objects that all share, classes with their shapes, and compiled code. */
import type { EdgeType, HeapBuilder } from './heap-builder.ts';

const ROOTS = [
  '(Bootstrapper)',
  '(Builtins)',
  '(Compilation cache)',
  '(Eternal handles)',
  '(Global handles)',
  '(Internalized strings)',
  '(Read-only roots)',
  '(Stack roots)',
  '(Strong roots)',
  '(Weak roots)',
];
const BUILTINS = 1200;
/** Classes of V8's and Node's own, of which no place is known. */
const OWN = ['Object', 'Array', 'Map', 'WeakMap', 'Promise', 'ArrayBuffer'];

/** A class, or the shape of a plain object. Ordinals. */
export interface Shape {
  className: string;
  /** The property names, as texts. */
  properties: number[];
  map: number;
  prototype: number;
  script: number;
  line: number;
}

/** Makes nodes with the edges that V8 gives them. */
export class Runtime {
  readonly heap: HeapBuilder;
  readonly globalObject: number;
  readonly nativeContext: number;
  private readonly root: number;
  private readonly rootLists = new Map<string, number[]>();
  private readonly rootNodes: number[];
  private readonly gcRoots: number;
  private readonly maps = new Map<string, number>();
  private readonly metaMap: number;
  private readonly objectPrototype: number;
  private readonly functionPrototype: number;
  private readonly codeStub: number;
  private readonly symbols = new Map<string, number>();
  private readonly globals: [name: string, node: number][] = [];
  readonly true: number;
  readonly undefined: number;
  private scripts = 0;

  constructor(heap: HeapBuilder) {
    this.heap = heap;
    heap.block();
    this.root = heap.node('synthetic', heap.text(''), 0);
    this.gcRoots = heap.node('synthetic', heap.text('(GC roots)'), 0);
    this.rootNodes = ROOTS.map((name) => {
      this.rootLists.set(name, []);
      return heap.node('synthetic', heap.text(name), 0);
    });
    this.metaMap = heap.node('hidden', heap.text('system / Map'), 72);
    for (const kind of ['String', 'HeapNumber', 'ConsString', 'ScopeInfo', 'BytecodeArray', 'FixedArray']) {
      const map = heap.node('hidden', heap.text(`system / Map (${kind})`), 72);
      this.maps.set(kind, map);
      this.link(map, [['internal', 'map', this.metaMap]]);
    }
    this.link(this.metaMap, [['internal', 'map', this.metaMap]]);
    this.true = this.oddball('true');
    this.undefined = this.oddball('undefined');
    this.objectPrototype = heap.node('object', heap.text('Object'), 56);
    this.functionPrototype = heap.node('closure', heap.text(''), 56);
    this.globalObject = heap.node('object', heap.text('global'), 40);
    this.nativeContext = heap.node('object', heap.text('system / NativeContext'), 2400);
    for (let i = 0; i < BUILTINS; i++) {
      const code = heap.node('code', heap.text(`(Builtin${i} builtin code)`), 88);
      this.link(code, [['internal', 'map', this.metaMap]]);
      this.hold('(Builtins)', code);
    }
    this.codeStub = this.rootLists.get('(Builtins)')![0];
    this.hold('(Strong roots)', this.nativeContext);
    this.link(this.objectPrototype, [['internal', 'map', this.metaMap]]);
    this.link(this.functionPrototype, [
      ['property', '__proto__', this.objectPrototype],
      ['internal', 'map', this.metaMap],
    ]);
  }

  /** To be called last: what roots and the global object hold. */
  finish(): void {
    const { heap } = this;
    heap.open(this.root);
    heap.edge('element', 1, this.gcRoots);
    heap.edge('shortcut', heap.text('2'), this.globalObject);
    heap.open(this.gcRoots);
    this.rootNodes.forEach((node, i) => {
      heap.edge('element', i + 1, node);
    });
    this.rootNodes.forEach((node, i) => {
      heap.open(node);
      this.rootLists.get(ROOTS[i])!.forEach((held, k) => {
        heap.edge('internal', heap.text(String(k + 1)), held);
      });
    });
    this.link(this.globalObject, [
      ...this.globals.map(([name, node]): [EdgeType, string, number] => ['property', name, node]),
      ['property', '__proto__', this.objectPrototype],
      ['internal', 'map', this.metaMap],
    ]);
    this.link(this.nativeContext, [
      ['internal', 'global_object', this.globalObject],
      ['internal', 'initial_object_prototype', this.objectPrototype],
      ['internal', 'function_prototype', this.functionPrototype],
      ['internal', 'map', this.metaMap],
    ]);
  }

  hold(root: string, node: number): void {
    this.rootLists.get(root)!.push(node);
  }

  addGlobal(name: string, node: number): void {
    this.globals.push([name, node]);
  }

  /** All edges of a node. Names of `element` and `hidden` edges are numbers. */
  link(node: number, edges: readonly [type: EdgeType, name: string | number, target: number][]): void {
    const { heap } = this;
    heap.open(node);
    for (const [type, name, target] of edges) {
      heap.edge(type, typeof name === 'string' ? heap.text(name) : name, target);
    }
  }

  /** A class (with a constructor, which has a place) or, named `Object`, the shape of a plain object. */
  shape(className: string, properties: readonly string[]): Shape {
    const { heap } = this;
    const script = ++this.scripts;
    const line = 3 + (script % 200);
    const prototype =
      className === 'Object' ? this.objectPrototype : heap.node('object', heap.text('Object'), 24);
    const map = heap.node('object shape', heap.text('system / Map'), 72);
    const descriptors = heap.node(
      'object shape',
      heap.text('system / DescriptorArray'),
      24 + 24 * properties.length,
    );
    const keys = properties.map((name) => this.symbol(name));
    this.link(descriptors, [
      ...keys.map((key, i): [EdgeType, string, number] => ['internal', String(3 * i), key]),
      ['internal', 'map', this.metaMap],
    ]);
    const made: [EdgeType, string, number][] = [
      ['internal', 'descriptors', descriptors],
      ['internal', 'prototype', prototype],
    ];
    if (className !== 'Object') {
      const maker = this.closure(className, script, line, this.nativeContext);
      made.push(['internal', 'constructor', maker]);
      this.link(prototype, [
        ['property', 'constructor', maker],
        ['property', '__proto__', this.objectPrototype],
        ['internal', 'map', this.metaMap],
      ]);
    }
    this.link(map, [...made, ['internal', 'map', this.metaMap]]);
    return { className, properties: properties.map((name) => heap.text(name)), map, prototype, script, line };
  }

  /** An object without its edges: see fill. */
  object(shape: Shape): number {
    const node = this.heap.node('object', this.heap.text(shape.className), 24 + 8 * shape.properties.length);
    if (!OWN.includes(shape.className)) this.heap.location(node, shape.script, shape.line, 17);
    return node;
  }

  /** The values of its properties in the shape's order; NONE for small numbers, which have no node. */
  fill(
    node: number,
    shape: Shape,
    values: readonly number[],
    more: readonly [EdgeType, string | number, number][] = [],
  ): void {
    const { heap } = this;
    heap.open(node);
    values.forEach((value, i) => {
      heap.edge('property', shape.properties[i], value);
    });
    heap.edge('property', heap.text('__proto__'), shape.prototype);
    for (const [type, name, target] of more) {
      heap.edge(type, typeof name === 'string' ? heap.text(name) : name, target);
    }
    heap.edge('internal', heap.text('map'), shape.map);
  }

  /** @param text an index of a text; @param length of the string, in bytes */
  string(text: number, length: number): number {
    const node = this.heap.node('string', text, 16 + ((length + 7) & ~7));
    this.heap.open(node);
    this.heap.edge('internal', this.heap.text('map'), this.maps.get('String')!);
    return node;
  }

  concatenated(first: number, second: number): number {
    const node = this.heap.node('concatenated string', this.heap.text('(concatenated string)'), 32);
    this.link(node, [
      ['internal', 'first', first],
      ['internal', 'second', second],
      ['internal', 'map', this.maps.get('ConsString')!],
    ]);
    return node;
  }

  number(): number {
    const node = this.heap.node('number', this.heap.text('heap number'), 16);
    this.link(node, [['internal', 'map', this.maps.get('HeapNumber')!]]);
    return node;
  }

  /** An array's store, a Map's table: its values at every `stride`-th place. */
  store(name: string, values: readonly number[], stride = 1): number {
    const { heap } = this;
    const node = heap.node('array', heap.text(name), 16 + 8 * stride * values.length);
    heap.open(node);
    values.forEach((value, i) => {
      heap.edge('internal', heap.text(String(i * stride)), value);
    });
    return node;
  }

  /** A function with all that V8 keeps for one. */
  closure(name: string, script: number, line: number, context: number): number {
    const { heap } = this;
    const closure = heap.node('closure', heap.text(name), 64);
    heap.location(closure, script, line, 9);
    const cell = heap.node('code', heap.text('system / FeedbackCell'), 24);
    const shared = this.sharedFunction(name);
    this.link(cell, [['internal', 'map', this.metaMap]]);
    this.linkClosure(closure, cell, shared, context);
    return closure;
  }

  /** Another closure of the same function, as a loop makes them. */
  closureOf(name: string, cell: number, shared: number, script: number, context: number): number {
    const closure = this.heap.node('closure', this.heap.text(name), 56);
    this.heap.location(closure, script, 40, 9);
    this.linkClosure(closure, cell, shared, context);
    return closure;
  }

  /** What its closures share: information on scopes, byte code, constants, feedback. */
  sharedFunction(name: string): number {
    const { heap } = this;
    const node = heap.node('code', heap.text('(shared function info)'), 72);
    const scope = heap.node('code', heap.text('system / ScopeInfo'), 80);
    const bytecode = heap.node('code', heap.text('system / BytecodeArray'), 128);
    const wrapper = heap.node('code', heap.text('system / BytecodeWrapper'), 16);
    const handlers = heap.node('code', heap.text('system / TrustedByteArray'), 16);
    const positions = heap.node('code', heap.text('system / TrustedByteArray'), 56);
    const constants = heap.node('code', heap.text('(constant pool)'), 40);
    const feedback = heap.node('code', heap.text('system / FeedbackMetadata'), 24);
    this.link(node, [
      ['internal', 'name_or_scope_info', scope],
      ['internal', 'trusted_function_data', bytecode],
      ['internal', 'raw_outer_scope_info_or_feedback_metadata', feedback],
    ]);
    this.link(scope, [
      ['internal', 'map', this.maps.get('ScopeInfo')!],
      ['hidden', 0, this.symbol(name)],
    ]);
    this.link(bytecode, [
      ['internal', 'map', this.maps.get('BytecodeArray')!],
      ['hidden', 0, wrapper],
      ['hidden', 1, positions],
      ['hidden', 2, handlers],
      ['hidden', 3, constants],
    ]);
    this.link(wrapper, [['hidden', 0, bytecode]]);
    this.link(constants, [
      ['internal', '0', this.symbol(name)],
      ['internal', '1', scope],
    ]);
    for (const leaf of [handlers, positions, feedback]) this.link(leaf, [['internal', 'map', this.metaMap]]);
    return node;
  }

  context(values: readonly [name: string, node: number][], previous = this.nativeContext): number {
    const node = this.heap.node('object', this.heap.text('system / Context'), 24 + 8 * values.length);
    this.link(node, [
      ...values.map(([name, value]): [EdgeType, string, number] => ['context', name, value]),
      ['internal', 'previous', previous],
      ['internal', 'map', this.metaMap],
    ]);
    return node;
  }

  /** A string that the whole program shares. */
  symbol(name: string): number {
    let node = this.symbols.get(name);
    if (node === undefined) {
      node = this.string(this.heap.text(name), name.length);
      this.symbols.set(name, node);
      this.hold('(Internalized strings)', node);
    }
    return node;
  }

  private linkClosure(closure: number, cell: number, shared: number, context: number): void {
    this.link(closure, [
      ['property', '__proto__', this.functionPrototype],
      ['internal', 'feedback_cell', cell],
      ['internal', 'shared', shared],
      ['internal', 'context', context],
      ['internal', 'code', this.codeStub],
      ['internal', 'map', this.metaMap],
    ]);
  }

  private oddball(name: string): number {
    const node = this.heap.node('hidden', this.heap.text(name), 40);
    this.link(node, [['internal', 'map', this.metaMap]]);
    this.hold('(Read-only roots)', node);
    return node;
  }
}
