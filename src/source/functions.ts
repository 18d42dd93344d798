import type { Node } from 'web-tree-sitter';
import { isClass, isFunction, isSame } from './bindings.ts';
import type { SyntaxFile } from './syntax.ts';

/**
 * Where V8 says that a function is: at its parameter list; an arrow function at its first token (`async`, `(` or the
 * parameter's name); a class at its constructor's parameter list, or at `class` where it has no constructor.
 * (SharedFunctionInfo::StartPosition; measured with snapshots on Node 20 and 24, ES modules and CommonJS.)
 */
export function v8Start(node: Node): number {
  if (isClass(node)) {
    const own = constructorOf(node);
    return own ? v8Start(own) : node.startIndex;
  }
  if (node.type === 'arrow_function') return node.startIndex;
  return node.childForFieldName('parameters')?.startIndex ?? node.startIndex;
}

/** A class's own `constructor` method. */
export function constructorOf(node: Node): Node | undefined {
  return memberOf(node, 'constructor');
}

/** A class's method of that name. */
export function memberOf(node: Node, name: string): Node | undefined {
  const body = node.childForFieldName('body');
  return body?.namedChildren.find(
    (child) => child.type === 'method_definition' && child.childForFieldName('name')?.text === name,
  );
}

/** The function or class that V8 places at a 0-based position; where none starts there, the innermost around it. */
export function functionAt(file: SyntaxFile, line0: number, column0: number): Node | undefined {
  const offset = file.lines.offsetOf(line0, column0);
  if (offset === undefined) return undefined;
  let around: Node | undefined;
  for (let node: Node | null | undefined = file.at(offset); node; node = node.parent) {
    if (!isFunction(node) && !isClass(node)) continue;
    if (v8Start(node) === offset) return node;
    around ??= node;
  }
  return around;
}

/** The innermost function around a node (not the node itself). */
export function enclosingFunction(node: Node): Node | undefined {
  let at = node.parent;
  while (at && !isFunction(at)) at = at.parent;
  return at ?? undefined;
}

/** The innermost class around a node; not through a nested `function`, whose `this` is another. */
export function enclosingClass(node: Node): Node | undefined {
  let at = node.parent;
  while (at && !isClass(at)) at = at.parent;
  return at ?? undefined;
}

/** Through parentheses and the calls with which bundlers keep names: `__name(() => ..., "f")`. */
export function outermost(file: SyntaxFile, node: Node): Node {
  let at = node;
  for (let parent = at.parent; parent; parent = at.parent) {
    if (parent.type === 'parenthesized_expression') at = parent;
    else if (parent.type === 'arguments' && isNamer(file, parent.parent)) at = parent.parent!;
    else break;
  }
  return at;
}

/** The other way: the function or value inside such a call. */
export function unwrapped(file: SyntaxFile, node: Node | null | undefined): Node | undefined {
  let at = node ?? undefined;
  while (at) {
    if (at.type === 'parenthesized_expression') at = at.namedChildren[0];
    else if (isNamer(file, at)) at = at.childForFieldName('arguments')?.namedChildren[0];
    else break;
  }
  return at;
}

function isNamer(file: SyntaxFile, call: Node | null): boolean {
  const callee = call?.type === 'call_expression' ? call.childForFieldName('function') : undefined;
  return !!callee && /^(__name|_set_?function_?name|__setFunctionName)$/i.test(file.textOf(callee));
}

const NAMED_BY: Record<string, string> = {
  variable_declarator: 'name',
  field_definition: 'property',
  pair: 'key',
};

/** A function's or class's own name, or what it is put into: a variable, a field, a property. */
export function nameOf(file: SyntaxFile, node: Node): string | undefined {
  const own = node.childForFieldName('name');
  if (own) return file.textOf(own);
  const at = outermost(file, node);
  const holder = at.parent;
  if (!holder) return undefined;
  if (holder.type in NAMED_BY) {
    const key = holder.childForFieldName(NAMED_BY[holder.type]);
    return key && !isSame(key, at) ? file.textOf(key) : undefined;
  }
  if (holder.type !== 'assignment_expression') return undefined;
  const left = holder.childForFieldName('left');
  const property = left?.type === 'member_expression' ? left.childForFieldName('property') : left;
  return property && !isSame(left, at) ? file.textOf(property) : undefined;
}

/** `Agent.remember`, `remember`, `new Agent`; undefined at the top of the file and in nameless functions of none. */
export function functionName(file: SyntaxFile, node: Node): string | undefined {
  for (let at = enclosingFunction(node); at; at = enclosingFunction(at)) {
    const name = nameOf(file, at);
    if (!name) continue;
    const owner =
      at.type === 'method_definition' || at.parent?.type === 'field_definition'
        ? enclosingClass(at)
        : undefined;
    const className = owner && nameOf(file, owner);
    if (name === 'constructor' && className) return `new ${className}`;
    return (className ? `${className}.${name}` : name).slice(0, 120);
  }
  return undefined;
}
