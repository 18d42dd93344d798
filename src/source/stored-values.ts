import type { Node } from 'web-tree-sitter';
import { type Binding, isClass, isFunction, isSame, resolveIdentifier, usesOf } from './bindings.ts';
import type { SyntaxFile } from './syntax.ts';

/** Whether a plain assignment only starts afresh: `= []`, `= new Map()`, `= null`. */
export function isFresh(file: SyntaxFile, value: Node): boolean {
  if (/^(null|undefined|number|string|true|false)$/.test(value.type)) return true;
  if (value.type === 'array' || value.type === 'object') return value.namedChildCount === 0;
  if (value.type === 'new_expression') return /^new\s+[\w$.]+\s*(\(\s*\))?$/.test(file.textOf(value));
  return /^(Object\.create\(null\)|void 0|undefined)$/.test(file.textOf(value).slice(0, 40));
}

/** The stored expressions, and what the names in them were made of. */
export function sources(file: SyntaxFile, values: Node[]): { node: Node; direct: boolean }[] {
  const found = values.map((node) => ({ node, direct: true }));
  for (let at = 0, limit = 12; at < found.length && found.length < limit; at++) {
    const { node } = found[at];
    for (const name of namesIn(node)) {
      const binding = resolveIdentifier(file, name);
      if (!binding) continue;
      for (const made of madeOf(file, binding)) {
        if (!isClass(made) && !found.some((other) => other.node.id === made.id))
          found.push({ node: made, direct: false });
      }
    }
  }
  return found;
}

/** What a name stands for: its function, its first value, and those it was given later. */
function madeOf(file: SyntaxFile, binding: Binding): Node[] {
  const { declaration } = binding;
  if (binding.kind === 'function') return [declaration];
  if (binding.kind !== 'variable' || declaration.type !== 'variable_declarator') return [];
  const first = declaration.childForFieldName('value');
  const isConstant = declaration.parent?.children[0]?.type === 'const';
  const later = (isConstant ? [] : usesOf(file, binding)).flatMap((use) => {
    const given = use.parent?.type === 'assignment_expression' ? use.parent : undefined;
    return isSame(given?.childForFieldName('left'), use) ? (given?.childForFieldName('right') ?? []) : [];
  });
  return [...(first ? [first] : []), ...later.slice(0, 3)];
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
export function shapeShare(file: SyntaxFile, node: Node, shape: string[]): number {
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

/** Whether a variable is named after a class: `message` and `ChatMessage`. */
export function sounds(name: string, className: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return plain.length > 3 && className.toLowerCase().includes(plain);
}
