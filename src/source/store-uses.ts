import type { Node } from 'web-tree-sitter';
import { isFunction, isSame } from './bindings.ts';
import { callOf, lastName, parameterOf } from './members.ts';
import type { Ref, Store } from './store-types.ts';
import { EACH_METHODS, PRIVATE_GETTERS, READ_METHODS, STORE_METHODS } from './store-verbs.ts';

/** What one use of a container says. */
export interface Use {
  store?: Store;
  /** Expressions whose value is the same container. */
  same: Node[];
  /** Expressions whose value is kept in the container. */
  inside: Node[];
  /** A callback's parameter that takes each of what is inside. */
  element?: Node;
}

/** `ref.push(v)`, `ref.get(k)`, `ref.forEach(f)`, `ref.p = v`, `ref.p`. @param member whose object is the ref */
export function memberUse(ref: Ref, member: Node): Use {
  const { file } = ref;
  const use: Use = { same: [], inside: [] };
  const property = member.childForFieldName('property')!;
  const method = file.textOf(property);
  const user = member.parent;
  let call = callOf(member);
  let values = argumentsOf(call);
  if (!call && user?.type === 'member_expression' && /^(call|apply)$/.test(lastName(file, user))) {
    call = callOf(user); // x.push.apply(x, items)
    values = argumentsOf(call).slice(1);
  }
  if (!call) {
    if (user?.type !== 'assignment_expression' || !isSame(user.childForFieldName('left'), member)) {
      if (!/^(length|size|byteLength)$/.test(method)) use.inside.push(member);
    } else if (method !== 'length') {
      const value = user.childForFieldName('right')!;
      const kind = /^on[a-z]/.test(method) ? 'listeners' : 'property';
      use.store = { ref, kind, node: user, anchor: member, values: [value], key: property };
    }
    return use;
  }
  if (ref.depth === 0 && /^(then|catch|finally)$/.test(method))
    use.store = { ref, kind: 'reaction', node: call, anchor: property, values };
  const kind = STORE_METHODS.get(method);
  const stored = method === 'splice' ? values.slice(2) : values;
  if (kind && stored.length) {
    const key = kind === 'map' && method !== 'register' ? values[0] : undefined;
    use.store = { ref, kind, node: call, anchor: property, values: stored, key };
  }
  if (method === 'set' || method === 'add') use.same.push(call);
  if (READ_METHODS.has(method)) use.inside.push(call);
  if (EACH_METHODS.has(method) && values[0] && isFunction(values[0])) {
    use.element = parameterOf(values[0], method === 'reduce' ? 1 : 0);
  }
  return use;
}

/** `ref[k] = v`, `ref[k] ??= v`, `ref[k]`. @param subscript whose object is the ref */
export function subscriptUse(ref: Ref, subscript: Node): Use {
  const use: Use = { same: [], inside: [subscript] };
  const user = subscript.parent;
  const operator =
    user?.type === 'augmented_assignment_expression' && user.childForFieldName('operator')?.type;
  const writes = user?.type === 'assignment_expression' || operator === '??=' || operator === '||=';
  if (!user || !writes || !isSame(user.childForFieldName('left'), subscript)) return use;
  const index = subscript.childForFieldName('index')!;
  const atEnd = /\.length$/.test(ref.file.textOf(index));
  use.store = {
    ref,
    kind: atEnd ? 'array' : 'keys',
    node: user,
    anchor: subscript,
    values: [user.childForFieldName('right')!],
    key: atEnd ? undefined : index,
  };
  use.inside.push(user);
  return use;
}

/** `Object.assign(ref, v)`, `Array.prototype.push.call(ref, v)`; undefined where the callee is the program's own. */
export function argumentUse(ref: Ref, call: Node, callee: Node, index: number): Use | undefined {
  const name = ref.file.textOf(callee);
  const values = argumentsOf(call).slice(index + 1);
  const use: Use = { same: [], inside: [] };
  if (index > 0 && PRIVATE_GETTERS.test(name.split('.').at(-1)!)) {
    use.same.push(call);
    return use;
  }
  if (index === 0 && /^(Object\.assign|Object\.defineProperties)$/.test(name)) {
    use.store = { ref, kind: 'keys', node: call, anchor: callee, values };
    return use;
  }
  if (index === 0 && /^(Object\.defineProperty|Reflect\.(set|defineProperty))$/.test(name)) {
    const [key] = values;
    use.store = { ref, kind: 'keys', node: call, anchor: callee, values: values.slice(1), key };
    return use;
  }
  if (index === 0 && /\b(push|unshift|set|add)\.(call|apply)$/.test(name)) {
    use.store = {
      ref,
      kind: STORE_METHODS.get(name.split('.').at(-2)!)!,
      node: call,
      anchor: callee,
      values,
    };
    return use;
  }
  return BUILT_IN.test(name) ? use : undefined;
}

const BUILT_IN =
  /^((Array|Object|JSON|console|Promise|Number|Math|Buffer)\.\w+|String|Number|Boolean|Map|Set|Array|structuredClone)$/;

function argumentsOf(call: Node | undefined): Node[] {
  return (
    call?.childForFieldName('arguments')?.namedChildren.filter((child) => child.type !== 'comment') ?? []
  );
}
