import type { Node } from 'web-tree-sitter';
import { bindingsOf, isSame, resolveIdentifier, usesOf } from './bindings.ts';
import { enclosingFunction } from './functions.ts';
import { callOf, lastName, memberUses } from './members.ts';
import { isInLoop } from './package-calls.ts';
import type { ScriptMap } from './script-map.ts';
import type { ScriptPosition } from './store-types.ts';
import type { SyntaxFile, SyntaxParser } from './syntax.ts';

/** By what name code holds an owner, or what holds that: `stop.signal`, `this.cache`. */
export interface Handle {
  scriptId: number;
  how: 'variable' | 'field';
  /** The variable's or field's, then those of the fields below it on the way to the owner. */
  names: string[];
}

export interface Handover extends ScriptPosition {
  /** The call, as the text names it: `connect`, `schedule`. */
  callee: string;
}

/** Calls that take out, let go, or only read. */
const HARMLESS =
  /^(get|has|at|find\w*|size|keys|values|entries|forEach|map|filter|slice|includes|indexOf|some|every|join|delete\w*|remove\w*|off|clear\w*|close|end|stop|abort|cancel|dispose|destroy|unsubscribe|unref|ref|setMaxListeners|getMaxListeners|then|catch|finally|throwIfAborted|log|debug|info|warn|error|stringify|keys|toString|shutdown|flush|forceFlush|post\w*Run|patch\w*Run)$/;

/**
 * The call in a script that hands an owner on, or that is a method of it: where the user's own code leads to what a
 * package keeps in it. Those that run again and again, and know the owner by more of its name, come first.
 * @param called names of functions that are seen at work below the script's
 */
export function findHandover(
  map: ScriptMap,
  { scriptId, how, names }: Handle,
  called: ReadonlySet<string>,
  parser: SyntaxParser,
): Promise<Handover | undefined> {
  return parser.search(async () => {
    const file = await parser.file(map, scriptId);
    const [name, ...below] = names.map((one) => one.replace(/^#/, ''));
    if (!file || !/^[\w$]+$/.test(name ?? '')) return undefined;
    const uses =
      how === 'field'
        ? memberUses(file, name, false)
        : bindingsOf(file, name).flatMap((one) => usesOf(file, one));
    let best: { found: Handover; score: number } | undefined;
    for (const use of uses.flatMap((one) => [one, ...aliasUses(file, one)])) {
      const { node, known } = alongNames(file, use, below);
      const call = callWith(file, node);
      if (!call || HARMLESS.test(call.name)) continue;
      const score =
        (call.handed ? 0.1 : 0) +
        0.2 * known +
        (enclosingFunction(node) || isInLoop(node) ? 0.4 : 0) +
        (called.has(call.name) ? 0.3 : 0);
      if (best && best.score >= score) continue;
      best = { found: { scriptId, ...file.lines.positionOf(call.at.startIndex), callee: call.name }, score };
    }
    return best?.found;
  });
}

/** Uses of the other name that a variable is given: `const jar = shared`. */
function aliasUses(file: SyntaxFile, use: Node): Node[] {
  const declarator = use.parent;
  if (declarator?.type !== 'variable_declarator' || !isSame(declarator.childForFieldName('value'), use))
    return [];
  const name = declarator.childForFieldName('name');
  const binding = name?.type === 'identifier' ? resolveIdentifier(file, name) : undefined;
  return binding ? usesOf(file, binding) : [];
}

/** Up `x.a.b` as far as it goes by the names. */
function alongNames(file: SyntaxFile, use: Node, names: string[]): { node: Node; known: number } {
  let node = use;
  let known = 0;
  for (const name of names) {
    const parent = node.parent;
    const isNext =
      parent?.type === 'member_expression' &&
      isSame(parent.childForFieldName('object'), node) &&
      lastName(file, parent).replace(/^#/, '') === name;
    if (!isNext) break;
    node = parent;
    known++;
  }
  return { node, known };
}

/** The call that is given the value, by itself or within a literal, or whose method belongs to it. */
function callWith(file: SyntaxFile, value: Node): { name: string; at: Node; handed: boolean } | undefined {
  const method = value.parent;
  if (method?.type === 'member_expression' && isSame(method.childForFieldName('object'), value)) {
    const at = callOf(method) && method.childForFieldName('property');
    return at ? { name: file.textOf(at), at, handed: false } : undefined;
  }
  let given: Node | null = value;
  while (given && given.type !== 'arguments') {
    const { parent }: Node = given;
    const within =
      /^(pair|object|array|spread_element|parenthesized_expression|ternary_expression|binary_expression)$/;
    if (parent?.type !== 'arguments' && !within.test(parent?.type ?? '')) return undefined;
    if (parent?.type === 'pair' && !isSame(parent.childForFieldName('value'), given)) return undefined;
    given = parent;
  }
  const call = given?.parent;
  const callee = call?.childForFieldName('function') ?? call?.childForFieldName('constructor');
  if (!callee) return undefined;
  const at = callee.type === 'member_expression' ? callee.childForFieldName('property')! : callee;
  return { name: file.textOf(at), at, handed: true };
}
