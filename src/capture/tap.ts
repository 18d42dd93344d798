/**
 * What watches one container inside the target: own methods on it, and on nothing else, that note who inserts and
 * call what they stand for. Bundled alone, evaluated over the inspector, needs no Node. Nothing here grows without
 * bound; without a word from us it takes itself out.
 */
import type { TapStack } from '../protocol/recording.ts';
import { callSiteReader, choose } from './tap-frames.ts';
import { KeyWatch } from './tap-keys.ts';
import { kindOf } from './tap-kinds.ts';

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

/** A call of ours that is under way. */
interface OpenCall {
  /** Of the container: undefined is all of it. */
  part: unknown;
  before: number;
  /** By how much calls within it have changed that part. */
  within: number;
}

const MAX_INSERTS = 10_000;
const MAX_STACKS = 200;
/** Who is silent for so long is gone. */
const PATIENCE_MS = 10_000;
const TICK_MS = 1000;

export function install(container: object): Tap | TapRefusal {
  const { apply, defineProperty, deleteProperty, get, getOwnPropertyDescriptor, getPrototypeOf, has } =
    Reflect;
  // The program may put fake clocks in place of these later.
  const { setInterval, clearInterval } = globalThis;
  const now = globalThis.performance?.now.bind(performance) ?? Date.now;

  const found = kindOf(container);
  if (!found) return 'kind';
  if (!Object.isExtensible(container)) return 'frozen';
  const kind = found;
  const callSites = callSiteReader();
  // It lives as long as the program lets it: no function below may name it, or all of them hold it.
  const held = new WeakRef(container);
  const keys = kind.methods.length ? undefined : new KeyWatch(container, now);
  const sizeAtFirst = kind.size(container);
  const stacks = new Map<string, TapStack>();
  const undo: (() => void)[] = [];
  let inserts = 0;
  let removes = 0;
  let unseen = 0;
  /** Innermost last. While there are any the size is ahead of what is counted. */
  const open: OpenCall[] = [];
  let state: TapReading['state'] = 'on';

  const weigh = (target: object): void => {
    unseen = kind.size(target) - sizeAtFirst - (inserts - removes);
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
  const note = (name: string, given: number, call: OpenCall, above: Method): void => {
    const { part, before, within } = call;
    const target = held.deref();
    if (!target) return;
    const change = kind.size(target, part) - before - within;
    const added = Math.max(change, kind.given?.(name, given) ?? 0, 0);
    const stack = added ? stackAt(above) : undefined;
    // We may be asked amid anything that calls a function: these sums change together.
    if (state !== 'on') return;
    for (const outer of open) {
      if (outer === call) continue;
      if (outer.part === part || outer.part === undefined || part === undefined) outer.within += change;
    }
    if (stack) stack.inserts += added;
    inserts += added;
    removes += added - change;
    if (open.length <= 1 && !kind.isLarge) weigh(target);
    if (inserts >= MAX_INSERTS) takeOut('full');
  };

  /** Stands for `original` on the container. Whoever keeps it longer than us keeps what passes through. */
  const standIn = (name: string, original: Method): Method => {
    const wrapper = {
      method(this: unknown, ...args: unknown[]): unknown {
        const target = state === 'on' ? held.deref() : undefined;
        if (!target) return apply(original, this, args);
        const part = kind.partOf?.(args);
        const call = { part, before: kind.size(target, part), within: 0 };
        const depth = open.push(call);
        try {
          return apply(original, this, args);
        } finally {
          try {
            // Open until it is counted: who asks in between must not weigh.
            note(name, args.length, call, wrapper);
          } catch {
            // The program must not feel us, not even on a stack that is full.
          }
          open.length = depth - 1;
          try {
            heed();
          } catch {
            // Nor here.
          }
        }
      },
    }.method as Method;
    for (const key of ['name', 'length'])
      defineProperty(wrapper, key, { value: get(original, key), configurable: true });
    return wrapper;
  };

  const put = (on: object, name: string): void => {
    const own = getOwnPropertyDescriptor(on, name);
    if (own ? !(own.configurable && typeof own.value === 'function') : !has(on, name)) return;
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

  const reading = (atOnce = false): TapReading => {
    const target = held.deref();
    if (!target) takeOut('collected');
    else if (state === 'on' && !open.length) {
      if (keys) ({ came: inserts, went: removes } = keys.look(target, atOnce));
      else weigh(target);
    }
    return { inserts, removes, unseen, stacks: [...stacks.values()], state };
  };

  const takeOut = (why: TapReading['state']): void => {
    if (state !== 'on') return;
    if (why !== 'collected') reading(true);
    state = why;
    clearInterval?.(timer);
    keys?.forget();
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

  for (const name of kind.methods) put(container, name);
  if (!undo.length && !keys) {
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
