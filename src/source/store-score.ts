import type { Node } from 'web-tree-sitter';
import { isSame } from './bindings.ts';
import { candidate, oneLine } from './candidate.ts';
import { enclosingClass, enclosingFunction, functionAt, functionName, nameOf, v8Start } from './functions.ts';
import type {
  ContainerKind,
  ScriptPosition,
  Store,
  StoreCandidate,
  StoreKind,
  StoreQuery,
} from './store-types.ts';
import { shapeShare, sounds, sources } from './stored-values.ts';
import type { SyntaxFile } from './syntax.ts';

/** Which kinds of store make a container of each kind grow. */
const FITS: Record<Exclude<ContainerKind, 'unknown'>, StoreKind[]> = {
  array: ['array', 'rebuild', 'keys'],
  map: ['map', 'rebuild'],
  set: ['set', 'rebuild'],
  dictionary: ['keys', 'property', 'rebuild'],
  object: ['property', 'rebuild', 'keys', 'assign', 'append'],
  listeners: ['listeners', 'set', 'array', 'map'],
  promise: ['rebuild', 'reaction'],
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
  reaction: 0.35,
  verb: 0.15,
  assign: 0.35,
  passed: 0.25,
};

/** Kinds that say little by themselves, in points off where the container's kind is not known. */
const WEAK: Partial<Record<StoreKind, number>> = { assign: 0.15, property: 0.15, verb: 0.15, passed: 0.2 };

const KIND_REASONS: Partial<Record<StoreKind, string>> = {
  assign: 'assigns the field',
  rebuild: 'builds on what it held',
  reaction: 'waits for it to settle',
  passed: 'hands it to a function that was not found',
};

/** Functions that fill a container once rather than step by step. */
const SELDOM =
  /(^|[.#_])(init|restore|load|import|reset|clone|copy|hydrate|deserialize|from|seed|setup)[A-Z_]?\w*$/;

/** Points towards a score, and why. */
interface Points {
  points: number;
  reasons: string[];
}

/** Judges stores against what the snapshots and profiles say was gained. */
export class StoreScore {
  private readonly classes: string[] = [];
  private readonly shapes: string[][] = [];
  private readonly files = new Map<
    SyntaxFile,
    { gained: number[]; frames: { node: Node; share: number }[] }
  >();

  /** @param depth how far inside what the search began with the container is */
  constructor(
    private readonly query: StoreQuery,
    private readonly depth = 0,
  ) {
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
    const { ref, node, anchor } = store;
    const { file } = ref;
    const fit = this.fit(store);
    const gain = this.gain(store);
    const frame = this.frame(store);
    const doubts = this.doubts(store);
    const points = Math.min(1, 0.4 + fit.points + gain.points + frame.points - doubts.points);
    const name = functionName(file, node);
    const label = oneLine(file.text.slice(node.startIndex, anchor.endIndex), 80);
    const reasons = [
      `${label}${name ? ` in ${oneLine(name, 60)}` : ''}`,
      ...[fit, gain, frame, doubts].flatMap((part) => part.reasons),
      ...(ref.via ? [ref.via] : []),
      ...(ref.trust < 0.5 ? ['another class has a field of this name too'] : []),
    ];
    return candidate(
      file,
      node,
      anchor,
      Math.max(0.01, points) * (0.4 + 0.6 * ref.trust),
      reasons.join('; '),
    );
  }

  /** Whether the stored value, by itself, is what was gained. */
  storesGain(store: Store): boolean {
    return this.gain(store).points >= 0.2;
  }

  private fit({ kind, ref }: Store): Points {
    const { container } = this.query;
    const reasons = KIND_REASONS[kind] ? [KIND_REASONS[kind]] : [];
    const depth = Math.abs(ref.depth - this.depth) * 0.06;
    if (container === 'unknown') return { points: -(WEAK[kind] ?? 0) - depth, reasons };
    const rank = FITS[container].indexOf(kind);
    if (rank < 0) return { points: -MISFIT[kind] - depth, reasons };
    // A plain assignment may make an object grow; a push surely makes an array.
    const points = kind === 'assign' || kind === 'append' ? -0.1 : 0.2 - rank * 0.02;
    return { points: points - depth, reasons };
  }

  /** Whether what is stored is what was gained. */
  private gain(store: Store): Points {
    const { file } = store.ref;
    const { gained } = this.known(file);
    let best: Points = { points: 0, reasons: [] };
    const offer = (points: number, reason: string): void => {
      if (points > best.points) best = { points, reasons: [reason] };
    };
    for (const { node, direct } of sources(file, store.values)) {
      const less = direct ? 0 : 0.04;
      const at = gained.findIndex((offset) => node.startIndex <= offset && offset < node.endIndex);
      if (at >= 0)
        offer((at === 0 ? 0.5 : 0.42) - less, 'what it stores holds the functions that were gained');
      const text = file.textOf(node).slice(0, 20_000);
      for (const name of this.classes) {
        if (new RegExp(`\\bnew\\s+(?:[\\w$]+\\.)*${name.replaceAll('$', '\\$')}\\b`).test(text)) {
          if (this.madeElsewhere(file, node, name))
            offer(0.06, `it stores a new ${name}, but others were seen making them`);
          else offer(0.32 - less, `it stores a new ${name}`);
        } else if (node.type === 'this' && this.isIn(file, node, name))
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
        return { points: 0.1, reasons: ['the same function makes the functions that were gained'] };
    }
    return best;
  }

  /** Whether only functions around or within other code were seen making objects of that class. */
  private madeElsewhere(file: SyntaxFile, made: Node, className: string): boolean {
    const makers = this.query.makers?.get(className) ?? [];
    const isHere = ({ scriptId, line0, column0 }: ScriptPosition): boolean => {
      const fn = String(scriptId) === file.scriptId ? functionAt(file, line0, column0) : undefined;
      return !!fn && fn.startIndex < made.endIndex && made.startIndex < fn.endIndex;
    };
    return makers.length > 0 && !makers.some(isHere);
  }

  private isIn(file: SyntaxFile, node: Node, className: string): boolean {
    const around = enclosingClass(node);
    return !!around && nameOf(file, around) === className;
  }

  /** Whether the storing function allocated what is alive. */
  private frame(store: Store): Points {
    const { frames } = this.known(store.ref.file);
    let best = 0;
    let inside: Node | undefined = enclosingFunction(store.node);
    for (let level = 0; inside; inside = enclosingFunction(inside), level++) {
      for (const { node, share } of frames) {
        if (node.id === inside.id) best = Math.max(best, (0.14 + 0.08 * share) / (level + 1));
      }
    }
    if (best) return { points: best, reasons: ['its function allocated what is still alive'] };
    const around = enclosingClass(store.node);
    const near =
      around &&
      frames.some(({ node }) => around.startIndex < node.startIndex && node.endIndex <= around.endIndex);
    return near
      ? { points: 0.05, reasons: ['its class allocated what is still alive'] }
      : { points: 0, reasons: [] };
  }

  private doubts(store: Store): Points {
    const { ref, key, node, anchor } = store;
    const { file } = ref;
    const [first] = store.values;
    const reasons: string[] = [];
    let points = 0.02 * ref.hops;
    const doubt = (off: number, reason?: string): void => {
      points += off;
      if (reason) reasons.push(reason);
    };
    const name = functionName(file, node);
    if (!enclosingFunction(node)) {
      if (!ancestor(node, /^(for|while|do|for_in)_statement$/))
        doubt(0.15, 'runs once, when the file is loaded');
    } else if (name?.startsWith('new ') && file.text.startsWith('this.', node.startIndex)) {
      doubt(0.12, 'runs once per object, in the constructor');
    } else if (name && SELDOM.test(name)) doubt(0.04);
    if (this.asks(this.query.isIdle, file, node)) doubt(0.25, 'its function was not called');
    else if (this.asks(this.query.isUnseen, file, node)) doubt(0.02);
    if (onlyWhenEmpty(file, node)) doubt(0.05, 'only when it is empty');
    if (ancestor(node, /^catch_clause$/)) doubt(0.04, 'only after an error');
    if (key && store.kind !== 'property' && /^(string|number|true|false|null)$/.test(key.type)) {
      doubt(0.15, 'always under the same key');
    } else if (key?.type === 'member_expression' && key.childForFieldName('object')?.type === 'this')
      doubt(0.03);
    if (store.kind === 'rebuild' && first && /\.slice\(\s*-/.test(file.textOf(first).slice(0, 2000))) {
      doubt(0.1, 'keeps a window of the last ones');
    }
    if (
      store.kind === 'rebuild' &&
      node.type === 'assignment_expression' &&
      !sameText(file, anchor, ref.node)
    ) {
      doubt(0.15, 'makes a copy for another object');
    }
    if (first && /^(number|true|false|null|undefined)$/.test(first.type)) doubt(0.15);
    return { points, reasons };
  }

  /** Of the function that a node is in. */
  private asks(question: StoreQuery['isIdle'], file: SyntaxFile, node: Node): boolean {
    const fn = enclosingFunction(node);
    if (!fn || !question) return false;
    return question({ scriptId: Number(file.scriptId), ...file.lines.positionOf(v8Start(fn)) });
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

/** Inside `if (!x.length)`, `if (x.size === 0)`. */
function onlyWhenEmpty(file: SyntaxFile, node: Node): boolean {
  for (let at = node; at.parent; at = at.parent) {
    if (at.parent.type !== 'if_statement') continue;
    const { parent } = at;
    const condition = parent.childForFieldName('condition');
    return (
      !!condition &&
      isSame(parent.childForFieldName('consequence'), at) &&
      /\b(size|length)\s*(===?\s*0|<\s*1)\b|!\s*[\w$.#]+\.(size|length)\b/.test(file.textOf(condition))
    );
  }
  return false;
}

function sameText(file: SyntaxFile, a: Node, b: Node): boolean {
  return file.textOf(a) === file.textOf(b);
}

function ancestor(node: Node, type: RegExp): boolean {
  for (let at = node.parent; at; at = at.parent) if (type.test(at.type)) return true;
  return false;
}
