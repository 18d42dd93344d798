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

/** A class's name, or the variable's that it is put into. */
export function nameOf(file: SyntaxFile, node: Node): string | undefined {
  const own = node.childForFieldName('name');
  if (own) return file.textOf(own);
  let at = node;
  let parent = node.parent;
  while (parent?.type === 'parenthesized_expression') {
    at = parent;
    parent = parent.parent;
  }
  switch (parent?.type) {
    case 'variable_declarator':
    case 'field_definition':
    case 'pair': {
      const key = parent.childForFieldName(
        { variable_declarator: 'name', field_definition: 'property', pair: 'key' }[parent.type]!,
      );
      return key && !isSame(key, at) ? file.textOf(key) : undefined;
    }
    case 'assignment_expression': {
      const left = parent.childForFieldName('left');
      const property = left?.type === 'member_expression' ? left.childForFieldName('property') : left;
      return property && !isSame(left, at) ? file.textOf(property) : undefined;
    }
    default:
      return undefined;
  }
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
