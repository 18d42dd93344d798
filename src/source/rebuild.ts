import type { Node } from 'web-tree-sitter';
import { isFunction, isSame, resolveIdentifier } from './bindings.ts';
import { enclosingFunction } from './functions.ts';
import type { Ref } from './store-types.ts';
import { GROWING_METHODS, PARTIAL_METHODS } from './store-verbs.ts';

/** Where an expression that contains the container ends up. */
export type RebuildTarget =
  /** `target = <something that holds the container's content, and more>`, or the same as a property in a literal. */
  | { kind: 'assignment' | 'property'; node: Node; target: Node; value: Node }
  /** `const name = <the same>`, or `name.next = <the container>`. */
  | { kind: 'carrier'; identifier: Node };

/**
 * Follows a container outwards through the expression that it is part of: `[...x, v]`, `x.concat(v)`, `{ next: x }`,
 * `x.then(f)`, `new Node(v, x)`. Undefined where nothing is added to it.
 */
export function rebuildTarget(ref: Ref): RebuildTarget | undefined {
  const { file } = ref;
  let grows = false;
  let at = ref.node;
  for (let parent = at.parent, steps = 0; parent && steps < 40; parent = at.parent, steps++) {
    switch (parent.type) {
      case 'parenthesized_expression':
      case 'await_expression':
      case 'template_substitution':
        break;
      case 'spread_element':
      case 'object':
      case 'template_string':
        grows = true;
        break;
      case 'array':
        grows ||= parent.namedChildCount > 1 || at.type !== 'spread_element';
        break;
      case 'binary_expression':
        if (parent.childForFieldName('operator')?.type === '+') grows = true;
        else if (!/^(\?\?|\|\||&&)$/.test(parent.childForFieldName('operator')?.type ?? '')) return undefined;
        break;
      case 'ternary_expression':
        if (isSame(parent.childForFieldName('condition'), at)) return undefined;
        break;
      case 'pair': {
        if (!isSame(parent.childForFieldName('value'), at)) return undefined;
        const key = parent.childForFieldName('key')!;
        if (grows && named(file.textOf(key), ref)) {
          return { kind: 'property', node: parent, target: key, value: at };
        }
        break;
      }
      case 'member_expression': {
        const call = parent.parent;
        const method = file.textOf(parent.childForFieldName('property')!);
        if (!isSame(parent.childForFieldName('object'), at)) return undefined;
        if (call?.type !== 'call_expression' || !isSame(call.childForFieldName('function'), parent))
          return undefined;
        if (GROWING_METHODS.has(method)) grows = true;
        else if (!PARTIAL_METHODS.has(method)) return undefined;
        at = call;
        continue;
      }
      case 'arguments': {
        const call = parent.parent!;
        const callee = call.childForFieldName('function') ?? call.childForFieldName('constructor');
        const name = callee ? file.textOf(callee) : '';
        // A copy; what else is in its argument decides.
        const copies =
          /^(Array\.from|Object\.(fromEntries|entries|freeze)|structuredClone|Map|Set|Array)$/.test(name);
        if (!copies) {
          if (!grows && call.type !== 'new_expression' && parent.namedChildCount < 2) return undefined;
          grows = true;
        }
        at = call;
        continue;
      }
      case 'assignment_expression': {
        if (!isSame(parent.childForFieldName('right'), at)) return undefined;
        const left = parent.childForFieldName('left')!;
        if (grows && isTarget(left, ref)) {
          return { kind: 'assignment', node: parent, target: left, value: at };
        }
        const object = left.type === 'member_expression' ? left.childForFieldName('object') : undefined;
        if (object?.type === 'identifier') return { kind: 'carrier', identifier: object };
        return grows && left.type === 'identifier' ? { kind: 'carrier', identifier: left } : undefined;
      }
      case 'variable_declarator': {
        const name = parent.childForFieldName('name')!;
        return grows && name.type === 'identifier' ? { kind: 'carrier', identifier: name } : undefined;
      }
      default: {
        // `this.lock = (async () => { await this.lock; ... })()`: the chain goes through the function's promise.
        const call = awaitedIn(parent, at);
        if (!call) return undefined;
        grows = true;
        at = call;
        continue;
      }
    }
    at = parent;
  }
  return undefined;
}

function isTarget(left: Node, ref: Ref): boolean {
  const { file } = ref;
  if (left.type === 'member_expression') return named(file.textOf(left.childForFieldName('property')!), ref);
  if (left.type === 'subscript_expression') return file.textOf(left) === file.textOf(ref.node);
  if (left.type !== 'identifier') return false;
  const binding = resolveIdentifier(file, left);
  return ref.node.type === 'identifier' && file.textOf(left) === file.textOf(ref.node)
    ? binding === resolveIdentifier(file, ref.node)
    : false;
}

/** Whether a property's name is the container's: of its expression, or of the field that the search began with. */
function named(text: string, ref: Ref): boolean {
  const name = text.replace(/^['"]|['"]$/g, '');
  const { node, file } = ref;
  const own = node.type === 'member_expression' ? node.childForFieldName('property')! : node;
  return file.textOf(own) === name || ref.name === name;
}

/** The immediately called function, or the executor of a new Promise, in whose body an expression is awaited. */
function awaitedIn(parent: Node, at: Node): Node | undefined {
  if (
    at.type !== 'await_expression' &&
    !(at.type === 'call_expression' && parent.type === 'expression_statement')
  )
    return undefined;
  let around: Node | undefined = isFunction(parent) ? parent : enclosingFunction(at);
  if (!around || around.type === 'method_definition' || around.type.endsWith('declaration')) return undefined;
  while (around.parent?.type === 'parenthesized_expression') around = around.parent;
  const use: Node | null = around.parent;
  if (use?.type === 'call_expression') return use;
  const call = use?.type === 'arguments' ? use.parent : undefined;
  const promise =
    call?.type === 'new_expression' && call.childForFieldName('constructor')?.text === 'Promise';
  return promise ? call : undefined;
}
