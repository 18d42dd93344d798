import type { Node } from 'web-tree-sitter';
import type { Binding } from './bindings.ts';
import type { SyntaxFile } from './syntax.ts';

/** 0-based, as in a snapshot's `locations`. */
export interface ScriptPosition {
  scriptId: number;
  line0: number;
  column0: number;
}

export type ContainerKind =
  | 'array'
  | 'map'
  | 'set'
  | 'dictionary'
  | 'object'
  | 'listeners'
  | 'promise'
  | 'unknown';

/** The name under which something is held. */
export interface HeldName {
  holder: 'field' | 'variable' | 'global' | 'unknown';
  /** `history`, `#map`, `_streamMapping`, `cache`, `Symbol(kEvents)`. */
  name: string;
  /** Class that has the field. */
  className?: string;
  /** Those that it extends. */
  baseNames?: string[];
  /** Where V8 places the class's constructor, or a closure in whose scope the variable is. */
  declaredAt?: ScriptPosition;
}

/** What to look for: a container, by the name under which it is held, and what it gained. */
export interface StoreQuery extends HeldName {
  /**
   * What holds the holder, nearest first. Asked where the name itself leads nowhere because it is data:
   * `storage` for the container at `saver.storage['thread-7'].main`.
   */
  heldBy?: HeldName[];
  container: ContainerKind;
  /** Places of closures and classes among the gained objects, commonest first. */
  gainedAt: ScriptPosition[];
  /** `ChatOpenAI`, `{role, content}`. */
  gainedClasses: string[];
  /** Functions on live sampled allocation stacks. */
  frames: (ScriptPosition & { functionName: string; bytes: number })[];
  /** By gained class: the functions that call its constructor on those stacks. */
  makers?: ReadonlyMap<string, readonly ScriptPosition[]>;
  /** Whether the function there was never called. */
  isIdle?: (at: ScriptPosition) => boolean;
  /** Whether no snapshot has a function from there. */
  isUnseen?: (at: ScriptPosition) => boolean;
  /** Other scripts worth searching, best first. */
  scripts: number[];
}

/** A place that may store; 0-based in the running text. */
export interface StoreCandidate extends ScriptPosition {
  functionName?: string;
  /** 0 to 1. */
  score: number;
  /** Plain text from the program's own source: not markup, at most 300 characters. */
  evidence: string;
  /** The storing expression on one line, at most 160 characters. */
  text: string;
  /** Of a registration: the event that it listens to, where the text says so. */
  event?: string;
  /** It is a registration with a timer: `setInterval(f, 1000)`. */
  timer?: boolean;
}

/** An expression whose value is the container, or something that is kept in it. */
export interface Ref {
  file: SyntaxFile;
  node: Node;
  /** The container's name where the search for it began; in another file it may go by another. */
  name: string;
  /** 0: the container; 1: a value kept in it; 2: a value in that. */
  depth: number;
  /** Steps from the container's name: aliases, parameters, returned values. */
  hops: number;
  /** How sure the start was: 1 in the class that declares the field, less where only the name agrees. */
  trust: number;
  /** The call through which a function was given it: what the function answers with goes back there. */
  from?: { file: SyntaxFile; fn: Node; call: Node };
  /** The container is not the expression's value itself but this property of it. */
  property?: string;
  /** The last step in words, where there is one: `through the parameter map`. */
  via?: string;
}

export type StoreKind =
  | 'array' // push, unshift, splice, x[x.length] = v
  | 'map' // set
  | 'set' // add
  | 'keys' // x[k] = v, Object.assign
  | 'property' // x.p = v
  | 'rebuild' // x = [...x, v], x = { next: x }, x = x.then(...)
  | 'append' // x += v
  | 'listeners' // on, addEventListener
  | 'reaction' // x.then(f), Promise.race([x, y]), await x
  | 'verb' // enqueue, append, put: a class of the program's own
  | 'assign' // owner.x = v
  | 'passed'; // f(x, v), and f is not to be found

export interface Store {
  ref: Ref;
  kind: StoreKind;
  /** The whole storing expression. */
  node: Node;
  /** Where in it the storing happens: the method's name, or the target of the assignment. */
  anchor: Node;
  /** What is stored. */
  values: Node[];
  key?: Node;
}

/** A local name that holds something built from the container: `const next = [...this.history, m]`. */
export interface Carrier {
  binding: Binding;
  ref: Ref;
}
