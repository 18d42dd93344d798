import type { Node } from 'web-tree-sitter';
import {
  type Binding,
  bindingsOf,
  globalUses,
  isClass,
  isSame,
  occurrences,
  resolveName,
  usesOf,
} from './bindings.ts';
import { enclosingClass, functionAt, nameOf } from './functions.ts';
import type { ContainerKind, HeldName, Ref, ScriptPosition } from './store-types.ts';
import { PRIVATE_GETTERS } from './store-verbs.ts';
import type { SyntaxFile } from './syntax.ts';

const GLOBAL_OBJECTS = /^(globalThis|global|window|self)$/;

/** What a symbol is described by: `Symbol(x)`, or `<symbol x>` as snapshots have it. */
export function symbolName(name: string): string | undefined {
  const match = /^(?:Symbol\((.+)\)|<symbol (.+)>)$/.exec(name);
  return match?.[1] ?? match?.[2];
}

/** The class or function behind `query.declaredAt`, in its own file. */
export function declaration(file: SyntaxFile | undefined, at: ScriptPosition | undefined): Node | undefined {
  return file && at && file.scriptId === String(at.scriptId)
    ? functionAt(file, at.line0, at.column0)
    : undefined;
}

/** The bindings that the query's variable may be, best guess only where the place is known. */
export function variableBindings(file: SyntaxFile, query: HeldName, declared: Node | undefined): Binding[] {
  if (declared) {
    // The closure's scope is the one around it; a class's place may lie inside it.
    const outside = resolveName(file, query.name, Math.max(0, declared.startIndex - 1));
    const inside = resolveName(file, query.name, declared.endIndex - 1);
    const found = outside ?? inside;
    if (found) return [found];
  }
  const all = bindingsOf(file, query.name);
  const top = all.filter((binding) => binding.top);
  return top.length ? top : all;
}

export function refsOfBinding(file: SyntaxFile, binding: Binding, trust: number): Ref[] {
  return usesOf(file, binding).map((node) => ({ file, node, name: binding.name, depth: 0, hops: 0, trust }));
}

/** Every expression in the file that reads or writes a field of the query's name, on any object. */
export function fieldRefs(file: SyntaxFile, query: HeldName, declared: Node | undefined): Ref[] {
  const refs: Ref[] = [];
  const symbol = symbolName(query.name);
  const name = symbol ?? query.name.replace(/^#/, '');
  const add = (node: Node, receiver: Node | null | undefined): void => {
    refs.push({ file, node, name, depth: 0, hops: 0, trust: trustOf(file, receiver, node, query, declared) });
  };
  for (const at of occurrences(file.text, name)) {
    const node = file.at(at);
    const parent = node?.parent;
    if (!node || !parent) continue;
    if (symbol) {
      for (const use of symbolUses(file, node)) add(use, use.childForFieldName('object'));
      continue;
    }
    switch (node.type) {
      case 'property_identifier':
      case 'private_property_identifier':
        if (parent.type === 'member_expression') add(parent, parent.childForFieldName('object'));
        else if (parent.type === 'pair_pattern') {
          const value = patternTarget(parent.childForFieldName('value'));
          for (const use of value ? usesAt(file, value) : []) add(use, destructured(parent));
        } else if (parent.type === 'pair' || parent.type === 'field_definition') {
          for (const use of initialName(file, parent)) add(use, undefined);
        }
        break;
      case 'shorthand_property_identifier_pattern':
        for (const use of usesAt(file, node)) add(use, destructured(parent));
        break;
      case 'shorthand_property_identifier': {
        const binding = resolveName(file, name, node.startIndex);
        if (binding && binding.kind !== 'import')
          for (const use of usesOf(file, binding)) add(use, undefined);
        break;
      }
      case 'string_fragment': {
        const index = parent.parent;
        if (index?.type === 'subscript_expression' && isSame(index.childForFieldName('index'), parent))
          add(index, index.childForFieldName('object'));
        else if (index?.type === 'variable_declarator')
          for (const use of keyUses(file, index)) add(use, use.childForFieldName('object'));
        break;
      }
      case 'identifier': {
        const call = parent.type === 'arguments' ? parent.parent : undefined;
        const callee = call?.childForFieldName('function');
        if (call && callee && PRIVATE_GETTERS.test(file.textOf(callee).split('.').at(-1)!))
          add(call, parent.namedChildren[0]);
        break;
      }
    }
  }
  return refs;
}

/** `globalThis.name` and its like, and the bare name where nothing declares it. */
export function globalRefs(file: SyntaxFile, query: HeldName): Ref[] {
  const bare = symbolName(query.name) ? [] : globalUses(file, query.name);
  const refs: Ref[] = bare.map((node) => ({ file, node, name: query.name, depth: 0, hops: 0, trust: 0.9 }));
  for (const ref of fieldRefs(file, query, undefined)) {
    const object = ref.node.childForFieldName('object');
    refs.push({ ...ref, trust: object && GLOBAL_OBJECTS.test(file.textOf(object)) ? 1 : ref.trust * 0.6 });
  }
  return refs;
}

/** `this` and `super` in classes that are containers themselves: `class Sessions extends Map`. */
export function selfRefs(file: SyntaxFile, container: ContainerKind): Ref[] {
  const base = BASES[container];
  const refs: Ref[] = [];
  for (const match of base ? file.text.matchAll(new RegExp(`\\bextends\\s+${base}\\b`, 'g')) : []) {
    const owner = file.at(match.index)?.parent?.parent;
    if (!owner || !isClass(owner)) continue;
    const text = file.textOf(owner);
    for (const word of ['this', 'super']) {
      for (const at of occurrences(text, word)) {
        const node = file.at(owner.startIndex + at);
        if (node?.type === word && isSame(enclosingClass(node), owner))
          refs.push({ file, node, name: word, depth: 0, hops: 0, trust: 0.6 });
      }
    }
  }
  return refs;
}

const BASES: Partial<Record<ContainerKind, string>> = { map: 'Map', set: 'Set', array: 'Array' };

/** How sure it is that a field of this name on this object is the query's. */
function trustOf(
  file: SyntaxFile,
  receiver: Node | null | undefined,
  node: Node,
  query: HeldName,
  declared: Node | undefined,
): number {
  const around = enclosingClass(node);
  const known = declared || (query.className && query.className !== 'Object');
  const family =
    !!around &&
    (inFamily(file, around, query.className, declared) ||
      !!query.baseNames?.includes(nameOf(file, around) ?? ''));
  if (receiver?.type === 'this') {
    if (!known) return 0.8;
    if (family) return 1;
    // Functions used as classes (`Agent.prototype.add = function`), object literals with methods.
    return around ? 0.25 : within(declared, node) ? 1 : 0.7;
  }
  if (family || within(declared, node)) return 0.9;
  const text = receiver
    ? file
        .textOf(receiver)
        .split('.')
        .at(-1)!
        .toLowerCase()
        .replace(/^[_#]+/, '')
    : '';
  const className = query.className?.toLowerCase() ?? '';
  if (text.length > 2 && className.includes(text)) return 0.85;
  return 0.6;
}

function within(declared: Node | undefined, node: Node): boolean {
  return !!declared && declared.startIndex <= node.startIndex && node.endIndex <= declared.endIndex;
}

/** Whether a class is the one sought, or in one line of inheritance with it. */
function inFamily(
  file: SyntaxFile,
  around: Node,
  className: string | undefined,
  declared: Node | undefined,
): boolean {
  if (isSame(around, declared)) return true;
  const name = nameOf(file, around);
  if (className && name === className) return true;
  const parent = superclass(file, around);
  if (parent && (parent === className || (declared && parent === nameOf(file, declared)))) return true;
  return !!name && !!declared && superclass(file, declared) === name;
}

function superclass(file: SyntaxFile, node: Node): string | undefined {
  const heritage = node.namedChildren.find((child) => child.type === 'class_heritage');
  return (
    heritage &&
    file
      .textOf(heritage)
      .replace(/^extends\s+/, '')
      .split('.')
      .at(-1)
  );
}

function usesAt(file: SyntaxFile, identifier: Node): Node[] {
  const binding = resolveName(file, file.textOf(identifier), identifier.startIndex);
  return binding ? usesOf(file, binding) : [];
}

/** The name in `value`, `value = default`. */
function patternTarget(value: Node | null): Node | undefined {
  const target = value?.type === 'assignment_pattern' ? value.childForFieldName('left') : value;
  return target?.type === 'identifier' ? target : undefined;
}

/** What an object pattern takes apart: `this` in `const { history } = this`. */
function destructured(node: Node): Node | undefined {
  let at: Node | null = node;
  while (at && at.type !== 'variable_declarator' && at.type !== 'statement_block') at = at.parent;
  return at?.type === 'variable_declarator' ? (at.childForFieldName('value') ?? undefined) : undefined;
}

/** `{ history: shared }`, `history = shared`: the other name of the same container. */
function initialName(file: SyntaxFile, member: Node): Node[] {
  const value = member.childForFieldName('value');
  if (value?.type !== 'identifier') return [];
  const binding = resolveName(file, file.textOf(value), value.startIndex);
  return binding && binding.kind === 'variable' ? usesOf(file, binding) : [];
}

/** `x[key]` wherever `key` is the symbol described here: `const key = Symbol('description')`. */
function symbolUses(file: SyntaxFile, node: Node): Node[] {
  const call = node.parent?.parent?.parent;
  if (node.type !== 'string_fragment' || call?.type !== 'call_expression') return [];
  const callee = file.textOf(call.childForFieldName('function')!);
  if (callee !== 'Symbol' && callee !== 'Symbol.for') return [];
  const key = call.parent;
  if (key?.type === 'subscript_expression') return [key];
  return key?.type === 'variable_declarator' ? keyUses(file, key) : [];
}

/** `x[KEY]` wherever `KEY` is the variable declared here. */
function keyUses(file: SyntaxFile, declarator: Node): Node[] {
  const identifier = declarator.childForFieldName('name');
  if (identifier?.type !== 'identifier') return [];
  return usesAt(file, identifier).flatMap((use) => {
    const { parent } = use;
    return parent?.type === 'subscript_expression' && isSame(parent.childForFieldName('index'), use)
      ? [parent]
      : [];
  });
}
