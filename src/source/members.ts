import type { Node } from 'web-tree-sitter';
import {
  isClass,
  isFunction,
  isSame,
  occurrences,
  resolveIdentifier,
  resolveName,
  usesOf,
} from './bindings.ts';
import { enclosingClass, memberOf, unwrapped } from './functions.ts';
import type { SyntaxFile } from './syntax.ts';

/** The property's text in `x.name`, `#` included. */
export function lastName(file: SyntaxFile, member: Node): string {
  return file.textOf(member.childForFieldName('property')!);
}

/** The call whose callee this is. */
export function callOf(callee: Node): Node | undefined {
  const call = callee.parent;
  return call?.type === 'call_expression' && isSame(call.childForFieldName('function'), callee)
    ? call
    : undefined;
}

/** `x.name` everywhere in the file, or the calls `x.name(...)`. @param name without `#` */
export function memberUses(file: SyntaxFile, name: string, called: boolean): Node[] {
  const found: Node[] = [];
  for (const at of occurrences(file.text, name)) {
    const member = file.at(at)?.parent;
    if (member?.type !== 'member_expression' || lastName(file, member).replace(/^#/, '') !== name) continue;
    if (member.endIndex !== at + name.length) continue;
    const use = called ? callOf(member) : member;
    if (use) found.push(use);
  }
  return found;
}

/** Uses of the variables that take a property of that name out of objects: `const { name } = x`. */
export function takenOutUses(file: SyntaxFile, name: string): Node[] {
  const found: Node[] = [];
  for (const at of occurrences(file.text, name)) {
    const node = file.at(at);
    if (node?.type !== 'shorthand_property_identifier_pattern' || node.endIndex !== at + name.length)
      continue;
    const binding = resolveName(file, name, at);
    if (binding) found.push(...usesOf(file, binding));
  }
  return found;
}

/** Methods and function-valued properties of that name in the file. @param name without `#` */
export function methodsNamed(file: SyntaxFile, name: string): Node[] {
  const found: Node[] = [];
  for (const at of occurrences(file.text, name)) {
    let holder = file.at(at)?.parent;
    if (holder?.type === 'private_property_identifier') holder = holder.parent;
    if (!holder) continue;
    if (holder.type === 'method_definition') {
      if (holder.childForFieldName('name')!.endIndex === at + name.length) found.push(holder);
    } else if (holder.type === 'pair' || holder.type === 'field_definition') {
      const value = unwrapped(file, holder.childForFieldName('value'));
      if (value && isFunction(value)) found.push(value);
    }
  }
  return found;
}

/** The function or class of this file that a callee names: `f`, `this.m`, `x.m`. */
export function callableOf(file: SyntaxFile, callee: Node | null | undefined): Node | undefined {
  if (!callee) return undefined;
  if (isFunction(callee) || isClass(callee)) return callee;
  if (callee.type === 'identifier') {
    const binding = resolveIdentifier(file, callee);
    if (!binding || binding.kind === 'parameter') return undefined;
    const { declaration } = binding;
    const value =
      declaration.type === 'variable_declarator'
        ? unwrapped(file, declaration.childForFieldName('value'))
        : declaration;
    return value && (isFunction(value) || isClass(value)) ? value : undefined;
  }
  if (callee.type !== 'member_expression') return undefined;
  const name = lastName(file, callee);
  const owner = callee.childForFieldName('object')?.type === 'this' ? enclosingClass(callee) : undefined;
  return (owner && memberOf(owner, name)) ?? methodsNamed(file, name.replace(/^#/, ''))[0];
}

/** The parameter that takes the argument of that index. @param callable a function, or a class for its constructor */
export function parameterOf(callable: Node, index: number): Node | undefined {
  const fn = isClass(callable) ? memberOf(callable, 'constructor') : callable;
  const list = fn?.childForFieldName('parameters');
  if (list) return list.namedChildren.filter((child) => child.type !== 'comment')[index];
  return index === 0 ? (fn?.childForFieldName('parameter') ?? undefined) : undefined;
}
