import type { StoreKind } from './store-types.ts';

/** Methods that put something into the object they are called on. */
export const STORE_METHODS: ReadonlyMap<string, StoreKind> = new Map<string, StoreKind>([
  ...['push', 'unshift', 'splice'].map((name) => [name, 'array'] as const),
  ...['set', 'getOrInsert', 'getOrInsertComputed', 'register'].map((name) => [name, 'map'] as const),
  ['add', 'set'],
  ...[
    'on',
    'once',
    'addListener',
    'prependListener',
    'prependOnceListener',
    'addEventListener',
    'subscribe',
    'watch',
    'observe',
    'tap',
    'hook',
  ].map((name) => [name, 'listeners'] as const),
  ...[
    'append',
    'prepend',
    'enqueue',
    'insert',
    'put',
    'store',
    'save',
    'record',
    'remember',
    'track',
    'attach',
    'enterWith',
    'run',
    'write',
    'addMessage',
    'addMessages',
  ].map((name) => [name, 'verb'] as const),
]);

/** Methods that answer with something kept inside. */
export const READ_METHODS = new Set([
  'get',
  'at',
  'find',
  'findLast',
  'values',
  'entries',
  'next',
  'peek',
  'getOrInsert',
  'getOrInsertComputed',
  'getStore',
]);

/** Methods that call their first argument with each of what is inside. */
export const EACH_METHODS = new Set([
  'forEach',
  'map',
  'flatMap',
  'filter',
  'some',
  'every',
  'find',
  'reduce',
]);

/** Methods whose value holds what the object held, and more. */
export const GROWING_METHODS = new Set([
  'concat',
  'with',
  'toSpliced',
  'then',
  'catch',
  'finally',
  'union',
  'merge',
  'set',
  'add',
  'append',
  'push',
]);

/** Methods whose value holds part of what the object held. */
export const PARTIAL_METHODS = new Set([
  'filter',
  'slice',
  'map',
  'sort',
  'reverse',
  'toSorted',
  'toReversed',
  'flat',
  'flatMap',
  'values',
  'entries',
  'keys',
  'trim',
]);

/** Helpers into which compilers turn `x.#name`: the container is what they answer. */
export const PRIVATE_GETTERS =
  /^(__privateGet|__classPrivateFieldGet|_?_?class_private_field_get|_classPrivateFieldGet2?|_?_?class_private_field_loose_base)\d*$/;
