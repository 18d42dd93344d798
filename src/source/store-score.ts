import type { Node } from 'web-tree-sitter';
import { isClass, isFunction, resolveIdentifier } from './bindings.ts';
import { enclosingClass, enclosingFunction, functionAt, functionName, nameOf } from './functions.ts';
import type {
  ContainerKind,
  ScriptPosition,
  Store,
  StoreCandidate,
  StoreKind,
  StoreQuery,
} from './store-types.ts';
import type { SyntaxFile } from './syntax.ts';

/** Which kinds of store make a container of each kind grow. */
const FITS: Record<Exclude<ContainerKind, 'unknown'>, StoreKind[]> = {
  array: ['array', 'rebuild', 'keys'],
  map: ['map', 'rebuild'],
  set: ['set', 'rebuild'],
  dictionary: ['keys', 'property', 'rebuild'],
  object: ['property', 'rebuild', 'keys', 'assign', 'append'],
  listeners: ['listeners', 'set', 'array', 'map'],
};

/** Kinds that need the container to be of their kind, in points off where it is not. */
const MISFIT: Record<StoreKind, number> = {
  array: 0.25,
  map: 0.25,
  set: 0.25,
  keys: 0.2,
  property: 0.35,
  rebuild: 0.1,
  append: 0.25,
  listeners: 0.15,
  verb: 0.05,
  assign: 0.35,
  passed: 0.25,
};

/** Judges stores against what the snapshots and profiles say was gained. */
export class StoreScore {
  private readonly classes: string[] = [];
  private readonly shapes: string[][] = [];
  private readonly files = new Map<
    SyntaxFile,
    { gained: number[]; frames: { node: Node; share: number }[] }
  >();

  constructor(private readonly query: StoreQuery) {
    for (const name of query.gainedClasses) {
      const shape = /^\{(.*)\}$/.exec(name)?.[1];
      if (shape !== undefined)
        this.shapes.push(
          shape
            .split(',')
            .map((key) => key.trim())
            .filter((k) => /^[\w$]+$/.test(k)),
        );
      else if (/^[\w$]+$/.test(name) && !/^(Object|Array|Function|Promise|Map|Set)$/.test(name))
        this.classes.push(name);
    }
  }

  judge(store: Store): StoreCandidate {
    const { ref, node } = store;
    const { file } = ref;
    const reasons: string[] = [];
    let points = 0.35 + this.fit(store, reasons);
    const gain = this.gain(store);
    points += gain.points;
    if (gain.reason) reasons.push(gain.reason);
    const frame = this.frame(store);
    points += frame.points;
    if (frame.reason) reasons.push(frame.reason);
    points -= this.doubts(store, reasons);
    if (ref.via) reasons.push(ref.via);
    if (ref.trust < 0.5) reasons.push('another class has a field of this name too');
    const score = Math.min(1, Math.max(0.01, points)) * (0.4 + 0.6 * ref.trust);
    const name = functionName(file, node);
    const label = oneLine(file.text.slice(node.startIndex, store.anchor.endIndex), 80);
    const where = name ? ` in ${oneLine(name, 60)}` : '';
    return {
      ...positionOf(store),
      ...(name ? { functionName: oneLine(name, 120) } : {}),
      score: Math.round(score * 1000) / 1000,
      evidence: oneLine([`${label}${where}`, ...reasons].join('; '), 300),
      text: oneLine(file.text.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + 400)), 160),
    };
  }

  private fit(store: Store, reasons: string[]): number {
    const { container } = this.query;
    if (store.kind === 'assign') reasons.push('assigns the field');
    if (store.kind === 'rebuild') reasons.push('builds on what it held');
    if (store.kind === 'passed') reasons.push('hands it to a function that was not found');
    const depth = store.ref.depth * 0.06;
    if (container === 'unknown') {
      const weak =
        store.kind === 'assign' || store.kind === 'property' ? 0.15 : store.kind === 'passed' ? 0.2 : 0;
      return -weak - depth;
    }
    const rank = FITS[container].indexOf(store.kind);
    if (rank < 0) return -MISFIT[store.kind] - depth;
    // A plain assignment or property may make an object grow; a push surely makes an array.
    return (store.kind === 'assign' || store.kind === 'append' ? -0.1 : 0.15 - rank * 0.02) - depth;
  }

  /** Whether what is stored is what was gained. */
  private gain(store: Store): { points: number; reason?: string } {
    const { file } = store.ref;
    const { gained } = this.known(file);
    let best: { points: number; reason?: string } = { points: 0 };
    const offer = (points: number, reason: string): void => {
      if (points > best.points) best = { points, reason };
    };
    for (const { node, direct } of sources(file, store.values)) {
      const less = direct ? 0 : 0.04;
      const at = gained.findIndex((offset) => node.startIndex <= offset && offset < node.endIndex);
      if (at >= 0)
        offer((at === 0 ? 0.5 : 0.42) - less, 'what it stores holds the functions that were gained');
      const text = file.textOf(node).slice(0, 20_000);
      for (const name of this.classes) {
        if (new RegExp(`\\bnew\\s+(?:[\\w$]+\\.)*${name.replaceAll('$', '\\$')}\\b`).test(text))
          offer(0.32 - less, `it stores a new ${name}`);
        else if (node.type === 'this' && this.isIn(file, node, name))
          offer(0.32, `it stores the ${name} itself`);
        else if (node.type === 'identifier' && sounds(text, name)) offer(0.06, `${text} sounds like ${name}`);
      }
      for (const shape of this.shapes) {
        const share = shapeShare(file, node, shape);
        if (share >= 0.5) offer(0.32 * share - less, `it stores a {${shape.slice(0, 6).join(', ')}}`);
      }
    }
    if (!best.points && gained.length) {
      const fn = enclosingFunction(store.node);
      if (fn && gained.some((offset) => fn.startIndex < offset && offset < fn.endIndex))
        return { points: 0.1, reason: 'the same function makes the functions that were gained' };
    }
    return best;
  }

  private isIn(file: SyntaxFile, node: Node, className: string): boolean {
    const around = enclosingClass(node);
    return !!around && nameOf(file, around) === className;
  }

  /** Whether the storing function allocated what is alive. */
  private frame(store: Store): { points: number; reason?: string } {
    const { frames } = this.known(store.ref.file);
    let best = 0;
    let inside: Node | undefined = enclosingFunction(store.node);
    for (let level = 0; inside; inside = enclosingFunction(inside), level++) {
      for (const { node, share } of frames) {
        if (node.id === inside.id) best = Math.max(best, (0.14 + 0.08 * share) / (level + 1));
      }
    }
    if (best) return { points: best, reason: 'its function allocated what is still alive' };
    const around = enclosingClass(store.node);
    const near =
      around &&
      frames.some(({ node }) => around.startIndex < node.startIndex && node.endIndex <= around.endIndex);
    return near ? { points: 0.05, reason: 'its class allocated what is still alive' } : { points: 0 };
  }

  private doubts(store: Store, reasons: string[]): number {
    const { ref, key, node } = store;
    const { file } = ref;
    let points = 0.02 * ref.hops;
    const fn = enclosingFunction(node);
    const name = fn && functionName(file, node);
    if (!fn) {
      points += 0.15;
      reasons.push('runs once, when the file is loaded');
    } else if (
      name?.startsWith('new ') &&
      file.text.slice(node.startIndex, node.startIndex + 5) === 'this.'
    ) {
      points += 0.12;
      reasons.push('runs once per object, in the constructor');
    }
    if (key && store.kind !== 'property' && /^(string|number|true|false|null)$/.test(key.type)) {
      points += 0.15;
      reasons.push('always under the same key');
    } else if (key?.type === 'member_expression' && key.childForFieldName('object')?.type === 'this') {
      points += 0.03;
    }
    const first = store.values[0];
    if (store.kind === 'assign' && first && isFresh(file, first)) points += 0.3;
    if (store.kind === 'rebuild' && first && /\.slice\(\s*-/.test(file.textOf(first).slice(0, 2000))) {
      points += 0.1;
      reasons.push('keeps a window of the last ones');
    }
    if (first && /^(number|true|false|null|undefined)$/.test(first.type)) points += 0.15;
    return points;
  }

  private known(file: SyntaxFile): { gained: number[]; frames: { node: Node; share: number }[] } {
    let known = this.files.get(file);
    if (!known) {
      const here = <P extends ScriptPosition>(all: P[]): P[] =>
        all.filter((at) => String(at.scriptId) === file.scriptId);
      const gained = here(this.query.gainedAt)
        .map((at) => file.lines.offsetOf(at.line0, at.column0))
        .filter((offset) => offset !== undefined);
      const most = Math.max(1, ...this.query.frames.map((frame) => frame.bytes));
      const frames = here(this.query.frames).flatMap((frame) => {
        const node = functionAt(file, frame.line0, frame.column0);
        return node ? [{ node, share: frame.bytes / most }] : [];
      });
      known = { gained, frames };
      this.files.set(file, known);
    }
    return known;
  }
}

/** Whether a plain assignment only starts afresh: `= []`, `= new Map()`, `= null`. */
export function isFresh(file: SyntaxFile, value: Node): boolean {
  if (/^(null|undefined|number|string|true|false)$/.test(value.type)) return true;
  if (value.type === 'array' || value.type === 'object') return value.namedChildCount === 0;
  if (value.type === 'new_expression') return /^new\s+[\w$.]+\s*(\(\s*\))?$/.test(file.textOf(value));
  return /^(Object\.create\(null\)|void 0|undefined)$/.test(file.textOf(value).slice(0, 40));
}

/** One line of plain text without control characters, cut to a length. */
export function oneLine(text: string, length: number): string {
  const flat = text
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g, ' ')
    .trim();
  return flat.length > length ? `${flat.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…` : flat;
}

/**
 * The line of the storing itself (a chain may begin lines above it), from its expression's start where that is on
 * the same line.
 */
export function positionOf(store: { ref: { file: SyntaxFile }; node: Node; anchor: Node }): ScriptPosition {
  const { file } = store.ref;
  const start = file.lines.positionOf(store.node.startIndex);
  const anchor = file.lines.positionOf(store.anchor.startIndex);
  const at = start.line0 === anchor.line0 ? start : anchor;
  return { scriptId: Number(file.scriptId), ...at };
}

/** The stored expressions, and what the names in them were made of. */
function sources(file: SyntaxFile, values: Node[]): { node: Node; direct: boolean }[] {
  const found = values.map((node) => ({ node, direct: true }));
  for (let at = 0, limit = 12; at < found.length && found.length < limit; at++) {
    const { node } = found[at];
    for (const name of namesIn(node)) {
      const binding = resolveIdentifier(file, name);
      if (!binding) continue;
      const { declaration } = binding;
      const made =
        binding.kind === 'function'
          ? declaration
          : declaration.type === 'variable_declarator'
            ? declaration.childForFieldName('value')
            : null;
      if (made && !isClass(made) && !found.some((other) => other.node.id === made.id))
        found.push({ node: made, direct: false });
    }
  }
  return found;
}

/** Names that are stored themselves, or as properties, elements or called functions of the expression. */
function namesIn(node: Node): Node[] {
  switch (node.type) {
    case 'identifier':
    case 'shorthand_property_identifier':
      return [node];
    case 'object':
    case 'array':
      return node.namedChildren.slice(0, 12).flatMap((child) => namesIn(child));
    case 'pair':
      return namesIn(node.childForFieldName('value')!);
    case 'spread_element':
    case 'parenthesized_expression':
    case 'await_expression':
      return node.namedChildren.flatMap((child) => namesIn(child));
    case 'call_expression': {
      const callee = node.childForFieldName('function')!;
      return callee.type === 'identifier' ? [callee] : [];
    }
    default:
      return [];
  }
}

/** The largest share of a shape's keys that an object literal inside the expression has. */
function shapeShare(file: SyntaxFile, node: Node, shape: string[]): number {
  if (!shape.length) return 0;
  let best = 0;
  const literals = node.type === 'object' ? [node] : [];
  if (!isFunction(node) || node.endIndex - node.startIndex < 5000)
    literals.push(...node.descendantsOfType('object').slice(0, 40));
  for (const literal of literals) {
    const keys = new Set(
      literal.namedChildren.map((child) => {
        const key = child.childForFieldName('key') ?? child.childForFieldName('name') ?? child;
        return file.textOf(key).replace(/^['"]|['"]$/g, '');
      }),
    );
    best = Math.max(best, shape.filter((key) => keys.has(key)).length / Math.max(shape.length, keys.size));
  }
  return best;
}

function sounds(name: string, className: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return plain.length > 3 && className.toLowerCase().includes(plain);
}
