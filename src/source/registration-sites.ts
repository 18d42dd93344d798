import type { Node } from 'web-tree-sitter';
import { type Binding, isSame, occurrences, resolveIdentifier, usesOf } from './bindings.ts';
import { candidate } from './candidate.ts';
import {
  enclosingClass,
  enclosingFunction,
  functionAt,
  functionName,
  nameOf,
  outermost,
  v8Start,
} from './functions.ts';
import { callableOf, callOf, lastName, memberUses, parameterOf } from './members.ts';
import { unquote } from './modules.ts';
import type { ScriptMap } from './script-map.ts';
import type { ScriptPosition, StoreCandidate, StoreQuery } from './store-types.ts';
import type { SyntaxFile, SyntaxParser } from './syntax.ts';

const MAX_STEPS = 4;
const MAX_CANDIDATES = 10;

const LISTENERS =
  /^(on|once|addListener|prependListener|prependOnceListener|addEventListener|addAbortListener|subscribe|observe|watch|tap\w*|hook|use|register|registerCallback|onAbort)$/;
const TIMERS = /^(\w*set_?(interval|timeout|immediate)(fn)?|queueMicrotask|nextTick|requestIdleCallback)$/i;
const CONTINUATIONS = /^(then|catch|finally|finished|eos)$/;
const CONTAINERS = /^(push|unshift|set|add|splice|enqueue|append|put|insert|run|enterWith|defer)$/;
/** Calls whose value is the function that they were given, or stands for it. */
const WRAPPERS =
  /^(bind|debounce|throttle|once|memoize|wrap|wrapAsync|promisify|snapshot|markResourceTiming)$/;

/** Calls that let go of the function that they are given. */
const RELEASES =
  /^(off|(remove|delete|detach|unsubscribe|unregister|unobserve|unwatch|unhook|untap|clear|cancel|dispose|release)([A-Z]\w*)?)$/;

interface Found {
  node: Node;
  anchor: Node;
  score: number;
  evidence: string;
  /** What it listens to, where the text says so. */
  event?: string;
  timer?: boolean;
}

/**
 * The places that register a callback (listener, timer, continuation, entry of a container), best first.
 * @param closure V8's place of the closure, as in a snapshot's `locations`
 */
export function findRegistrationSites(
  map: ScriptMap,
  closure: ScriptPosition,
  parser: SyntaxParser,
): Promise<StoreCandidate[]> {
  return parser.search(async () => {
    const file = await parser.file(map, closure.scriptId);
    const fn = file && functionAt(file, closure.line0, closure.column0);
    if (!file || !fn) return [];
    const exact = v8Start(fn) === file.lines.offsetOf(closure.line0, closure.column0);
    const search = new Registrations(file);
    search.from(fn, exact ? 1 : 0.6, 0);
    return search.candidates();
  });
}

/** Registrations of the closures that a query gained; by the name of the event where there are none. */
export async function listenerCandidates(
  map: ScriptMap,
  query: StoreQuery,
  parser: SyntaxParser,
  scripts: string[],
): Promise<StoreCandidate[]> {
  const found: StoreCandidate[] = [];
  for (const [rank, at] of query.gainedAt.slice(0, 6).entries()) {
    for (const site of await findRegistrationSites(map, at, parser))
      found.push({ ...site, score: site.score * (1 - rank * 0.03) });
  }
  if (found.length || query.container !== 'listeners') return found;
  for (const id of scripts) {
    const entry = map.byId(id);
    if (!entry || !(await map.text(entry))?.includes(query.name)) continue;
    const file = await parser.file(map, id);
    if (file) found.push(...new Registrations(file).ofEvent(query.name));
  }
  return found;
}

/** Follows a function value in one file to the calls that keep it. */
class Registrations {
  private readonly found: Found[] = [];
  private readonly seen = new Set<number>();

  constructor(private readonly file: SyntaxFile) {}

  candidates(): StoreCandidate[] {
    const best = new Map<number, Found>();
    for (const found of this.found) {
      const other = best.get(found.node.id);
      if (!other || other.score < found.score) best.set(found.node.id, found);
    }
    return [...best.values()]
      .sort((a, b) => b.score - a.score)
      .slice(0, MAX_CANDIDATES)
      .map((found) => this.candidate(found));
  }

  /** Calls that register something under an event's name: `x.on('name', f)`. */
  ofEvent(event: string): StoreCandidate[] {
    for (const at of occurrences(this.file.text, event)) {
      const string = this.file.at(at)?.parent;
      const args =
        string?.type === 'string' && unquote(this.file, string) === event ? string.parent : undefined;
      const call = args?.type === 'arguments' ? args.parent : undefined;
      const callee = call?.childForFieldName('function');
      if (!call || callee?.type !== 'member_expression' || !isSame(args?.namedChildren[0], string)) continue;
      const method = callee.childForFieldName('property')!;
      if (LISTENERS.test(this.text(method)))
        this.take(call, method, 0.5, `listens to ${JSON.stringify(event)}`);
    }
    return this.candidates();
  }

  /** @param value a function, or an expression that stands for it */
  from(node: Node, score: number, steps: number): void {
    const value = outermost(this.file, node);
    if (steps > MAX_STEPS || this.seen.has(value.id)) return;
    this.seen.add(value.id);
    this.named(node, score, steps);
    const parent = value.parent;
    if (!parent) return;
    const field = (name: string): boolean => isSame(parent.childForFieldName(name), value);
    switch (parent.type) {
      case 'parenthesized_expression':
      case 'binary_expression':
      case 'ternary_expression':
      case 'sequence_expression':
        this.from(parent, score, steps);
        return;
      case 'spread_element':
      case 'array':
      case 'object':
        this.from(parent, score * 0.9, steps);
        return;
      case 'pair':
        if (field('value')) {
          this.byMember(parent.childForFieldName('key')!, undefined, score * 0.8, steps);
          if (parent.parent) this.from(parent.parent, score * 0.9, steps);
        }
        return;
      case 'arguments':
        this.argument(value, parent, score, steps);
        return;
      case 'member_expression': {
        const call = field('object') ? callOf(parent) : undefined;
        if (call && lastName(this.file, parent) === 'bind') this.from(call, score, steps);
        return;
      }
      case 'assignment_expression':
      case 'augmented_assignment_expression':
        if (field('right')) this.assigned(parent, score, steps);
        return;
      case 'variable_declarator':
        if (field('value')) this.byName(parent.childForFieldName('name')!, score, steps);
        return;
      case 'field_definition':
        if (field('value'))
          this.byMember(parent.childForFieldName('property')!, enclosingClass(parent), score, steps);
        return;
      case 'return_statement':
        this.byCalls(enclosingFunction(parent), score, steps);
        return;
      case 'arrow_function':
        if (field('body')) this.byCalls(parent, score, steps);
        return;
      default:
        return;
    }
  }

  /** Functions that have a name are registered by it. */
  private named(value: Node, score: number, steps: number): void {
    const own = value.childForFieldName('name');
    if (value.type === 'method_definition' && own) this.byMember(own, enclosingClass(value), score, steps);
    else if (own && /^(generator_)?function_declaration$/.test(value.type)) this.byName(own, score, steps);
  }

  private argument(value: Node, args: Node, score: number, steps: number): void {
    const call = args.parent!;
    const callee = call.childForFieldName('function') ?? call.childForFieldName('constructor');
    if (!callee) return;
    const anchor = callee.type === 'member_expression' ? callee.childForFieldName('property')! : callee;
    const method = this.text(anchor).replace(/^#/, '');
    const on =
      callee.type === 'member_expression' ? ` on ${this.text(callee.childForFieldName('object')!)}` : '';
    if (call.type === 'new_expression') {
      const kind =
        method === 'Promise' ? 0.3 : /Registry|Observer|Emitter|Stream|Hook/.test(method) ? 0.7 : 0.45;
      this.take(call, anchor, score * kind, `passed to new ${method}`);
      return;
    }
    // A function of this file, whatever its name, is looked into.
    const helper = callee.type === 'identifier' && callableOf(this.file, callee);
    if (!helper && RELEASES.test(method)) return;
    if (!helper && LISTENERS.test(method)) {
      const strings = args.namedChildren.filter((child) => child?.type === 'string');
      const event = strings[0] && unquote(this.file, strings[0]);
      this.take(call, anchor, score * 0.97, `${method} registers it${on}`, { event });
    } else if (!helper && TIMERS.test(method))
      this.take(call, anchor, score * 0.95, `${method} starts a timer with it`, { timer: true });
    else if (CONTAINERS.test(method)) this.take(call, anchor, score * 0.9, `${method} stores it${on}`);
    else if (CONTINUATIONS.test(method))
      this.take(call, anchor, score * 0.85, `${method} waits with it${on}`);
    else {
      if (!WRAPPERS.test(method)) this.take(call, anchor, score * 0.45, `passed to ${method}`);
      this.intoCallee(value, args, callee, score, steps);
      this.from(call, score * 0.9, steps + 1);
    }
  }

  /** A helper of this file that registers what it is given. */
  private intoCallee(value: Node, args: Node, callee: Node, score: number, steps: number): void {
    const fn = callableOf(this.file, callee);
    const index = args.namedChildren.findIndex((child) => isSame(child, value));
    const parameter = fn && parameterOf(fn, index);
    if (parameter?.type === 'identifier') this.byName(parameter, score * 0.97, steps);
  }

  private assigned(assignment: Node, score: number, steps: number): void {
    const left = assignment.childForFieldName('left')!;
    if (left.type === 'identifier') {
      this.byName(left, score, steps);
      return;
    }
    if (left.type === 'subscript_expression') {
      this.take(assignment, left, score * 0.8, `stored in ${this.text(left.childForFieldName('object')!)}`);
      return;
    }
    if (left.type !== 'member_expression') return;
    const property = left.childForFieldName('property')!;
    const object = left.childForFieldName('object')!;
    const handler = /^on[a-z]+$/.test(this.text(property));
    const receiver = this.text(object);
    this.take(
      assignment,
      left,
      score * (handler ? 0.85 : 0.4),
      `assigned to ${receiver}.${this.text(property)}`,
    );
    this.byMember(property, object.type === 'this' ? enclosingClass(assignment) : undefined, score, steps);
  }

  private byName(identifier: Node, score: number, steps: number): void {
    const binding: Binding | undefined =
      identifier.type === 'identifier' ? resolveIdentifier(this.file, identifier) : undefined;
    for (const use of binding ? usesOf(this.file, binding) : []) this.from(use, score * 0.98, steps + 1);
  }

  private byMember(key: Node, owner: Node | undefined, score: number, steps: number): void {
    const name = this.text(key).replace(/^#/, '');
    if (!/^[\w$]+$/.test(name) || name === 'constructor') return;
    const uses = memberUses(this.file, name, false);
    if (uses.length > 60) return;
    for (const use of uses) {
      const inside = owner && owner.startIndex <= use.startIndex && use.endIndex <= owner.endIndex;
      const left =
        use.parent?.type === 'assignment_expression' && isSame(use.parent.childForFieldName('left'), use);
      if (!left) this.from(use, score * (inside || !owner ? 0.98 : 0.7), steps + 1);
    }
  }

  /** A factory: its calls stand for the function. */
  private byCalls(fn: Node | undefined, score: number, steps: number): void {
    if (!fn) return;
    const name = nameOf(this.file, fn)?.replace(/^#/, '');
    const identifier =
      fn.type === 'method_definition'
        ? undefined
        : (fn.childForFieldName('name') ?? fn.parent?.childForFieldName('name') ?? undefined);
    const binding = identifier?.type === 'identifier' ? resolveIdentifier(this.file, identifier) : undefined;
    const uses = binding
      ? usesOf(this.file, binding).map(callOf)
      : name && fn.type === 'method_definition'
        ? memberUses(this.file, name, true)
        : [];
    for (const call of uses) if (call) this.from(call, score * 0.95, steps + 1);
  }

  private take(
    node: Node,
    anchor: Node,
    score: number,
    evidence: string,
    by: Pick<Found, 'event' | 'timer'> = {},
  ): void {
    this.found.push({ node, anchor, score, evidence, ...by });
  }

  private candidate({ node, anchor, score, evidence, event, timer }: Found): StoreCandidate {
    const name = functionName(this.file, node);
    const once = enclosingFunction(node) ? 0 : 0.15;
    const found = candidate(this.file, node, anchor, score - once, `${evidence}${name ? ` in ${name}` : ''}`);
    return { ...found, ...(event !== undefined && { event }), ...(timer && { timer }) };
  }

  private text(node: Node): string {
    return this.file.text.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + 200));
  }
}
