/** The kinds of containers that a tap can be put on: by which methods they change, and how large they are. */

type Method = (...args: never[]) => unknown;

export interface TapKind {
  /** Methods by which it gains or loses. None: its keys are compared now and then. */
  methods: readonly string[];
  /** The part of it that a call can change: undefined for all of it. */
  partOf?(args: readonly unknown[]): unknown;
  /** Of that part, or of all. */
  size(container: object, part?: unknown): number;
  /** How much a call has put in where the size does not tell. */
  given?(name: string, count: number): number;
  /** The whole is too much to measure with each call. */
  isLarge?: boolean;
}

const { apply, get, getOwnPropertyDescriptor, getPrototypeOf, has, ownKeys } = Reflect;

/** V8's own `size`, whatever a subclass has in its place. Throws for any other object. */
function sizeGetter(prototype: object): (container: object) => number {
  const getter = getOwnPropertyDescriptor(prototype, 'size')!.get!;
  return (container) => apply(getter, container, []);
}

const mapSize = sizeGetter(Map.prototype);
const setSize = sizeGetter(Set.prototype);
const mapGet = Map.prototype.get as Method;
const mapForEach = Map.prototype.forEach as Method;

const ARRAY: TapKind = {
  methods: ['push', 'unshift', 'splice', 'pop', 'shift'],
  size: (container) => (container as unknown[]).length,
  given: (name, count) => (name === 'splice' ? count - 2 : 0),
};
const MAP: TapKind = { methods: ['set', 'delete', 'clear'], size: mapSize };
const SET: TapKind = { methods: ['add', 'delete', 'clear'], size: setSize };

/** Listeners are counted by event: an emitter may have thousands of these. */
const eventOf = ([event]: readonly unknown[]): unknown =>
  typeof event === 'string' || typeof event === 'symbol' ? event : undefined;

const EMITTER: TapKind = {
  methods: [
    'on',
    'addListener',
    'prependListener',
    'once',
    'prependOnceListener',
    'off',
    'removeListener',
    'removeAllListeners',
  ],
  partOf: eventOf,
  size(container, event) {
    const events = dataOf(container, '_events') as Record<PropertyKey, unknown> | undefined;
    if (!isObject(events)) return 0;
    if (event !== undefined) return listeners(dataOf(events, event as PropertyKey));
    return ownKeys(events).reduce((sum, key) => sum + listeners(dataOf(events, key)), 0);
  },
  isLarge: true,
};

const TARGET: TapKind = {
  methods: ['addEventListener', 'removeEventListener'],
  partOf: eventOf,
  size(container, event) {
    const events = listenerTable(container);
    if (!events) return 0;
    if (event !== undefined) return sizeOfList(apply(mapGet, events, [event]));
    let sum = 0;
    apply(mapForEach, events, [
      (list: unknown) => {
        sum += sizeOfList(list);
      },
    ]);
    return sum;
  },
  isLarge: true,
};

const DICTIONARY: TapKind = { methods: [], size: (container) => ownKeys(container).length, isLarge: true };

/** Undefined for what is of no such kind. Never calls the program's code, unless the container is a proxy. */
export function kindOf(container: object): TapKind | undefined {
  if (Array.isArray(container)) return ARRAY;
  for (const kind of [MAP, SET]) {
    try {
      kind.size(container);
      return kind;
    } catch {
      // Of another kind.
    }
  }
  if (tableKey(container) && has(container, 'addEventListener')) return TARGET;
  if (isObject(dataOf(container, '_events')) && has(container, 'removeListener')) return EMITTER;
  return typeof container === 'object' && isPlain(container) ? DICTIONARY : undefined;
}

/** Of any realm. */
function isPlain(container: object): boolean {
  const prototype = getPrototypeOf(container);
  return !prototype || (getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'));
}

/** Where Node keeps the listeners of an EventTarget: since Node 24 from the first one on. */
function tableKey(container: object): symbol | undefined {
  return Object.getOwnPropertySymbols(container).find(({ description }) => description === 'kEvents');
}

function listenerTable(container: object): object | undefined {
  const key = tableKey(container);
  const table = key && dataOf(container, key);
  try {
    return isObject(table) && mapSize(table) >= 0 ? table : undefined;
  } catch {
    return undefined;
  }
}

function sizeOfList(list: unknown): number {
  const size = isObject(list) ? get(list, 'size') : 0;
  return typeof size === 'number' ? size : 0;
}

function listeners(list: unknown): number {
  return Array.isArray(list) ? list.length : list === undefined || list === null ? 0 : 1;
}

function dataOf(object: object, key: PropertyKey): unknown {
  return getOwnPropertyDescriptor(object, key)?.value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
