/**
 * What watches one container inside the target: own methods on it, and on nothing else, that note who inserts and
 * call what they stand for. Bundled alone, evaluated over the inspector, needs no Node. Nothing here grows without
 * bound; without a word from us it takes itself out.
 */

/** One call on a stack, in the running text. Line and column count from 1. */
export interface TapFrame {
  /** As V8 names the script: a path for CommonJS. */
  url: string;
  line: number;
  column: number;
  function?: string;
}

export interface TapStack {
  inserts: number;
  /** Up to five, nearest first, without the runtime's own; then the first outside installed packages, if it is deeper. */
  frames: TapFrame[];
}

export interface TapReading {
  inserts: number;
  removes: number;
  /** What it gained, or lost, in ways that are not seen: `a[i] = x`, `a.length = n`, `Array.prototype.push.call(a, x)`. */
  unseen: number;
  stacks: TapStack[];
  /** `full`: so many inserts are enough. `collected`: the container is gone. `off`: taken out. */
  state: 'on' | 'full' | 'collected' | 'off';
}

export interface Tap {
  /** Also tells that somebody still wants to know. */
  read(): TapReading;
  /** Leaves the container as it was. */
  remove(): TapReading;
}

/** Why there is none: another kind of object, or one that is frozen. */
export type TapRefusal = 'kind' | 'frozen';

type Method = (...args: unknown[]) => unknown;

const METHODS = {
  array: ['push', 'unshift', 'splice', 'pop', 'shift'],
  map: ['set', 'delete', 'clear'],
  set: ['add', 'delete', 'clear'],
};
const MAX_INSERTS = 10_000;
const MAX_STACKS = 200;
const MAX_FRAMES = 32;
const SHOWN_FRAMES = 5;
/** Who is silent for so long is gone. */
const PATIENCE_MS = 10_000;
const TICK_MS = 1000;

export function install(container: object): Tap | TapRefusal {
  const { apply, defineProperty, deleteProperty, get, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const Failure = Error;
  const capture = Error.captureStackTrace;
  // The program may put fake clocks in place of these later.
  const { setInterval, clearInterval } = globalThis;
  const now = globalThis.performance?.now.bind(performance) ?? Date.now;

  const kind = kindOf(container);
  if (!kind) return 'kind';
  if (!Object.isExtensible(container)) return 'frozen';
  // It lives as long as the program lets it: no function below may name it, or all of them hold it.
  const held = new WeakRef(container);
  const sizeOf = SIZES[kind];
  const sizeAtFirst = sizeOf(container);
  const stacks = new Map<string, TapStack>();
  const undo: (() => void)[] = [];
  let inserts = 0;
  let removes = 0;
  let unseen = 0;
  /** Calls of ours that are under way: the size is ahead of what is counted. */
  let depth = 0;
  let state: TapReading['state'] = 'on';

  /** The call sites above a function. What the program has made of `Error` is as before when this returns. */
  const callSites = (above: Method): NodeJS.CallSite[] => {
    const limit = getOwnPropertyDescriptor(Failure, 'stackTraceLimit');
    const prepare = getOwnPropertyDescriptor(Failure, 'prepareStackTrace');
    const lent = (name: string, before: PropertyDescriptor | undefined, value: unknown): boolean =>
      before?.configurable !== false &&
      defineProperty(Failure, name, {
        value,
        writable: true,
        configurable: true,
        enumerable: before?.enumerable ?? false,
      });
    const putBack = (name: string, before: PropertyDescriptor | undefined): void => {
      if (before) defineProperty(Failure, name, before);
      else deleteProperty(Failure, name);
    };
    if (!lent('stackTraceLimit', limit, MAX_FRAMES)) return [];
    try {
      if (!lent('prepareStackTrace', prepare, (_: unknown, sites: unknown) => sites)) return [];
      try {
        const at: { stack?: unknown } = {};
        capture(at, above);
        return Array.isArray(at.stack) ? at.stack : [];
      } finally {
        putBack('prepareStackTrace', prepare);
      }
    } finally {
      putBack('stackTraceLimit', limit);
    }
  };

  const weigh = (target: object): void => {
    unseen = sizeOf(target) - sizeAtFirst - (inserts - removes);
  };

  const stackAt = (above: Method): TapStack | undefined => {
    const frames = choose(callSites(above));
    const key = frames.map(({ url, line, column }) => `${url}:${line}:${column}`).join('\n');
    const known = stacks.get(key);
    if (known || !frames.length || stacks.size >= MAX_STACKS) return known;
    const stack = { inserts: 0, frames };
    stacks.set(key, stack);
    return stack;
  };

  /** By what it did to the size: an override may do other than its name says, and may call others of ours. */
  const note = (name: string, given: number, before: number, netBefore: number, above: Method): void => {
    const target = held.deref();
    if (!target) return;
    const change = sizeOf(target) - before - (inserts - removes - netBefore);
    const added = Math.max(change, name === 'splice' ? given - 2 : 0, 0);
    const stack = added ? stackAt(above) : undefined;
    // We may be asked amid anything that calls a function: these sums change together.
    if (state !== 'on') return;
    if (stack) stack.inserts += added;
    inserts += added;
    removes += added - change;
    if (depth === 1) weigh(target);
    if (inserts >= MAX_INSERTS) takeOut('full');
  };

  /** Stands for `original` on the container. Whoever keeps it longer than us keeps what passes through. */
  const standIn = (name: string, original: Method): Method => {
    const wrapper = {
      method(this: unknown, ...args: unknown[]): unknown {
        const target = state === 'on' ? held.deref() : undefined;
        if (!target) return apply(original, this, args);
        const before = sizeOf(target);
        const net = inserts - removes;
        depth++;
        try {
          return apply(original, this, args);
        } finally {
          try {
            note(name, args.length, before, net, wrapper);
            heed();
          } catch {
            // The program must not feel us, not even on a stack that is full.
          }
          depth--;
        }
      },
    }.method as Method;
    for (const key of ['name', 'length'])
      defineProperty(wrapper, key, { value: get(original, key), configurable: true });
    return wrapper;
  };

  const put = (on: object, name: string): void => {
    const own = getOwnPropertyDescriptor(on, name);
    if (own && !(own.configurable && typeof own.value === 'function')) return;
    let last: { original: unknown; wrapper: unknown } | undefined;
    /** What the program would find without us. */
    const found = (receiver: unknown): unknown => {
      if (own) return own.value;
      const target = held.deref();
      const parent = target && getPrototypeOf(target);
      return parent ? get(parent, name, receiver) : undefined;
    };
    const ours: PropertyDescriptor = {
      configurable: true,
      enumerable: own?.enumerable ?? false,
      get(): unknown {
        const original = found(this);
        if (state !== 'on' || typeof original !== 'function') return original;
        if (last?.original !== original) last = { original, wrapper: standIn(name, original as Method) };
        return last.wrapper;
      },
    };
    // An assignment makes the property the program's own, as it would have without us.
    if (own?.writable !== false) {
      ours.set = function (value: unknown): void {
        const before =
          own && this === held.deref() ? own : { writable: true, configurable: true, enumerable: true };
        defineProperty(this as object, name, { ...before, value });
      };
    }
    if (!defineProperty(on, name, ours)) return;
    undo.push(() => {
      const target = held.deref();
      if (!target || getOwnPropertyDescriptor(target, name)?.get !== ours.get) return;
      if (own) defineProperty(target, name, own);
      else deleteProperty(target, name);
    });
  };

  const reading = (): TapReading => {
    const target = held.deref();
    if (!target) takeOut('collected');
    else if (state === 'on' && !depth) weigh(target);
    return { inserts, removes, unseen, stacks: [...stacks.values()], state };
  };

  const takeOut = (why: TapReading['state']): void => {
    if (state !== 'on') return;
    if (why !== 'collected') reading();
    state = why;
    clearInterval?.(timer);
    for (const one of undo.splice(0)) one();
  };

  let silentMs = 0;
  let lastTick = now();
  /** Time in which the program was stopped, for a snapshot say, does not count. */
  const heed = (): void => {
    const tick = now();
    silentMs += Math.min(tick - lastTick, 2 * TICK_MS);
    lastTick = tick;
    if (!held.deref()) takeOut('collected');
    else if (silentMs > PATIENCE_MS) takeOut('off');
  };
  // A realm of `vm` may have none; in a page it is a number.
  const timer = setInterval?.(heed, TICK_MS);
  if (typeof timer === 'object') timer.unref();

  for (const name of METHODS[kind]) put(container, name);
  if (!undo.length) {
    takeOut('off');
    return 'frozen';
  }
  return {
    read() {
      silentMs = 0;
      return reading();
    },
    remove() {
      takeOut('off');
      return reading();
    },
  };
}

const SIZES: Record<keyof typeof METHODS, (container: object) => number> = {
  array: (container) => (container as unknown[]).length,
  map: getterOf(Map.prototype),
  set: getterOf(Set.prototype),
};

/** V8's own `size`, whatever a subclass has in its place. Throws for any other object. */
function getterOf(prototype: object): (container: object) => number {
  const getter = Reflect.getOwnPropertyDescriptor(prototype, 'size')!.get!;
  return (container) => Reflect.apply(getter, container, []);
}

function kindOf(container: object): keyof typeof METHODS | undefined {
  if (Array.isArray(container)) return 'array';
  for (const kind of ['map', 'set'] as const) {
    try {
      SIZES[kind](container);
      return kind;
    } catch {
      // Of another kind.
    }
  }
  return undefined;
}

function choose(sites: NodeJS.CallSite[]): TapFrame[] {
  const chosen: TapFrame[] = [];
  let users = false;
  for (const site of sites) {
    const url = site.getFileName() ?? site.getScriptNameOrSourceURL();
    if (!url || /^(node|heapline):/.test(url)) continue;
    const isUsers = !/[\\/]node_modules[\\/]/.test(url);
    if (chosen.length >= SHOWN_FRAMES && (users || !isUsers)) continue;
    users ||= isUsers;
    const line = site.getLineNumber() ?? 1;
    chosen.push({ url, line, column: site.getColumnNumber() ?? 1, function: nameOf(site) });
    if (users && chosen.length >= SHOWN_FRAMES) break;
  }
  return chosen;
}

/** `AgentMemory.add`, as V8 would write it. */
function nameOf(site: NodeJS.CallSite): string | undefined {
  const name = site.getFunctionName();
  if (!name || site.isToplevel() || site.isConstructor()) return name ?? undefined;
  const type = site.getTypeName();
  return type && type !== 'Object' && type !== 'Function' && !name.startsWith(`${type}.`)
    ? `${type}.${name}`
    : name;
}
