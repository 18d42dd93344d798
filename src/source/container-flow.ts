import type { Node } from 'web-tree-sitter';
import { type Binding, isSame, resolveIdentifier, resolveName, usesOf } from './bindings.ts';
import { enclosingClass, enclosingFunction, outermost } from './functions.ts';
import { callableOf, callOf, lastName, memberUses, parameterOf, takenOutUses } from './members.ts';
import { exportedAs, exportedNames } from './modules.ts';
import { rebuildTarget } from './rebuild.ts';
import type { Carrier, Ref, Store } from './store-types.ts';
import { argumentUse, memberUse, subscriptUse, type Use } from './store-uses.ts';
import type { SyntaxFile } from './syntax.ts';

const MAX_REFS = 5000;
/** Text that may be searched for other names of the container, in UTF-16 units: about two seconds' work. */
const MAX_SCANNED = 1e9;
const MAX_HOPS = 4;
const MAX_DEPTH = 3;
/** A field or method seen more often than this in one file is no lead. */
const MAX_FIELD_USES = 80;
/** What waits for several promises reacts to each of them. */
const COMBINES = /^Promise\.(race|any|all|allSettled)$/;
const TAKEN = 'taken from it';

/** A name by which other files reach the container. */
export interface Exported {
  ref: Ref;
  name: string;
  /** Calling it answers with the container. */
  called: boolean;
}

/** A call that hands the container to a function of another file. */
export interface Handed {
  ref: Ref;
  callee: Binding;
  /** `x.method(container)` of an imported module x. */
  member?: string;
  index: number;
  call: Node;
}

/**
 * Follows a container from the expressions that name it through aliases, parameters and returned values,
 * inside one file at a time, and notes every place that stores something in it.
 */
export class ContainerFlow {
  readonly stores: Store[] = [];
  readonly exported: Exported[] = [];
  readonly handed: Handed[] = [];
  private readonly carriers: Carrier[] = [];
  private readonly queue: Ref[] = [];
  private readonly seen = new Set<string>();
  /** Uses of variables that hold something taken from the container, by script and node. */
  private readonly taken = new Set<string>();
  private scanned = 0;

  add(refs: Ref[]): void {
    for (const ref of refs) {
      const key = `${ref.file.scriptId}:${ref.node.id}:${ref.depth}:${ref.from?.call.id}:${ref.property}`;
      if (this.seen.has(key) || this.seen.size >= MAX_REFS || ref.depth > MAX_DEPTH || ref.hops > MAX_HOPS)
        continue;
      this.seen.add(key);
      this.queue.push(ref);
    }
  }

  /** Whether all that is stored was taken from the container before: a copy of it, or a change of order. */
  putsBack({ ref, values, key }: Store): boolean {
    const stored = values.filter((value) => !isSame(value, key));
    return stored.length > 0 && stored.every(({ id }) => this.taken.has(`${ref.file.scriptId}:${id}`));
  }

  /** Follows everything added until nothing new is found. */
  run(): void {
    for (let at = 0; at < this.queue.length; at++) {
      this.follow(this.queue[at]);
      if (at === this.queue.length - 1) this.followCarriers();
    }
    this.queue.length = 0;
  }

  /** Follows what a parameter of a function is given. */
  intoParameter(ref: Ref, call: Node, target: SyntaxFile, callable: Node, index: number, name: string): void {
    const parameter = parameterOf(callable, index);
    const from = { file: ref.file, fn: callable, call };
    if (parameter)
      this.bind({ ...ref, file: target, node: parameter, from }, parameter, 0, `passed to ${name}`);
  }

  private follow(ref: Ref): void {
    const { node, file } = ref;
    const parent = node.parent;
    if (!parent) return;
    if (ref.property !== undefined) {
      this.takenOut(ref, parent, ref.property);
      return;
    }
    if (ref.depth === 0) this.rebuilds(ref);
    const field = (name: string): boolean => isSame(parent.childForFieldName(name), node);
    switch (parent.type) {
      case 'parenthesized_expression':
        this.same(ref, parent);
        return;
      case 'await_expression':
        if (ref.depth === 0)
          this.stores.push({ ref, kind: 'reaction', node: parent, anchor: node, values: [] });
        this.same(ref, parent);
        return;
      case 'array':
        this.combined(ref, parent);
        return;
      case 'binary_expression':
        if (/^(\?\?|\|\||&&)$/.test(parent.childForFieldName('operator')?.type ?? '')) this.same(ref, parent);
        return;
      case 'ternary_expression':
        if (!field('condition')) this.same(ref, parent);
        return;
      case 'sequence_expression':
        if (isSame(parent.lastNamedChild, node)) this.same(ref, parent);
        return;
      case 'assignment_expression':
        if (field('left')) {
          this.assigned(ref, parent);
          return;
        }
        this.same(ref, parent);
        this.bindTo(ref, parent.childForFieldName('left')!);
        return;
      case 'augmented_assignment_expression':
        if (field('right')) {
          this.bindTo(ref, parent.childForFieldName('left')!);
          return;
        }
        this.augmented(ref, parent);
        return;
      case 'variable_declarator':
        if (field('value')) this.bindTo(ref, parent.childForFieldName('name')!);
        return;
      case 'assignment_pattern':
      case 'object_assignment_pattern':
        if (field('right')) this.bindTo(ref, parent.childForFieldName('left')!);
        return;
      case 'field_definition':
        if (field('value'))
          this.throughField(ref, parent.childForFieldName('property')!, enclosingClass(parent));
        return;
      case 'for_in_statement':
        if (field('right')) this.bind(ref, parent.childForFieldName('left')!, 1, TAKEN);
        return;
      case 'return_statement': {
        const fn = enclosingFunction(parent);
        if (fn) this.returned(ref, fn);
        return;
      }
      case 'arrow_function':
        if (field('body')) this.returned(ref, parent);
        return;
      case 'member_expression':
        if (field('object')) this.use(ref, memberUse(ref, parent));
        return;
      case 'subscript_expression':
        if (field('object')) this.use(ref, subscriptUse(ref, parent));
        return;
      case 'arguments':
        this.argument(ref, parent);
        return;
      case 'pair':
        if (field('value') && file.textOf(parent.childForFieldName('key')!) !== ref.name)
          this.throughField(ref, parent.childForFieldName('key')!, undefined);
        if (field('value')) this.returnedIn(ref, parent.parent, parent.childForFieldName('key')!);
        this.exports(ref);
        return;
      default:
        if (node.type === 'shorthand_property_identifier') this.returnedIn(ref, parent, node);
        this.exports(ref);
        return;
    }
  }

  /** `Promise.race([work(), container])`. */
  private combined(ref: Ref, list: Node): void {
    const call = list.parent?.type === 'arguments' ? list.parent.parent : undefined;
    const callee = call?.childForFieldName('function');
    if (ref.depth > 0 || !call || !callee || !COMBINES.test(ref.file.textOf(callee))) return;
    const values = list.namedChildren.filter((child) => !isSame(child, ref.node));
    this.stores.push({ ref, kind: 'reaction', node: call, anchor: callee, values });
  }

  private mayScan(file: SyntaxFile): boolean {
    this.scanned += file.text.length;
    return this.scanned <= MAX_SCANNED;
  }

  private same(ref: Ref, node: Node): void {
    this.add([{ ...ref, node }]);
  }

  private exports(ref: Ref): void {
    const name = exportedAs(ref.file, ref.node);
    if (name) this.exported.push({ ref, name, called: false });
  }

  /** `container = v`, `owner.container = v`. */
  private assigned(ref: Ref, assignment: Node): void {
    const value = assignment.childForFieldName('right')!;
    if (ref.depth > 0) return;
    this.stores.push({ ref, kind: 'assign', node: assignment, anchor: ref.node, values: [value] });
    // The same container under the name that it was made under.
    const binding = value.type === 'identifier' ? resolveIdentifier(ref.file, value) : undefined;
    if (binding?.kind === 'variable' && ref.node.type !== 'identifier') this.through(ref, binding, 0);
    const given = value.type === 'binary_expression' ? value.childForFieldName('left')! : value;
    const owner = enclosingClass(assignment);
    if (given.type === 'member_expression' && owner && ref.node.type === 'member_expression')
      this.throughField(ref, given.childForFieldName('property')!, owner);
  }

  private augmented(ref: Ref, assignment: Node): void {
    const operator = assignment.childForFieldName('operator')?.type;
    const value = assignment.childForFieldName('right')!;
    if (operator === '+=' && ref.depth === 0) {
      this.stores.push({ ref, kind: 'append', node: assignment, anchor: ref.node, values: [value] });
    } else if (operator === '??=' || operator === '||=') this.same(ref, assignment);
  }

  private rebuilds(ref: Ref): void {
    const target = rebuildTarget(ref);
    if (!target) return;
    if (target.kind === 'carrier') {
      const binding = resolveIdentifier(ref.file, target.identifier);
      if (binding) this.carriers.push({ binding, ref });
      return;
    }
    const { node, target: anchor, value } = target;
    this.stores.push({ ref, kind: 'rebuild', node, anchor, values: [value] });
  }

  /** `const next = [...this.history, m]; this.history = next`: the assignment stores. */
  private followCarriers(): void {
    for (const { binding, ref } of this.carriers.splice(0)) {
      for (const use of usesOf(ref.file, binding)) {
        const parent = use.parent!;
        const fieldName = parent.type === 'pair' ? 'key' : 'left';
        const target =
          use.type === 'shorthand_property_identifier'
            ? use
            : (parent.childForFieldName(fieldName) ?? undefined);
        const holds =
          use.type === 'shorthand_property_identifier' ||
          (parent.type === 'pair' && isSame(parent.childForFieldName('value'), use)) ||
          (parent.type === 'assignment_expression' && isSame(parent.childForFieldName('right'), use));
        if (!holds || !target || !this.isContainer(ref, target)) continue;
        const node = use.type === 'shorthand_property_identifier' ? use : parent;
        this.stores.push({ ref, kind: 'rebuild', node, anchor: target, values: this.initial(ref.file, use) });
      }
    }
  }

  private isContainer(ref: Ref, target: Node): boolean {
    const last = target.type === 'member_expression' ? target.childForFieldName('property')! : target;
    return ref.file.textOf(last).replace(/^#/, '') === ref.name;
  }

  private initial(file: SyntaxFile, use: Node): Node[] {
    const declaration = resolveIdentifier(file, use)?.declaration;
    const value = declaration?.type === 'variable_declarator' && declaration.childForFieldName('value');
    return value ? [value] : [use];
  }

  private bindTo(ref: Ref, target: Node): void {
    if (target.type === 'member_expression') {
      const object = target.childForFieldName('object')!;
      const owner = object.type === 'this' ? enclosingClass(target) : undefined;
      this.throughField(ref, target.childForFieldName('property')!, owner);
      const exported = /^(?:module\.)?exports(\.[\w$]+)?$/.exec(ref.file.textOf(target));
      if (exported) this.exported.push({ ref, name: exported[1]?.slice(1) ?? 'default', called: false });
    } else this.bind(ref, target, 0);
  }

  /** Follows the names that a pattern gives to the value. @param deeper 1 where it takes out what is inside */
  private bind(ref: Ref, pattern: Node, deeper: number, via?: string): void {
    switch (pattern.type) {
      case 'assignment_pattern':
        this.bind(ref, pattern.childForFieldName('left')!, deeper, via);
        return;
      case 'identifier': {
        const binding = resolveName(ref.file, ref.file.textOf(pattern), pattern.startIndex);
        if (binding) this.through(ref, binding, deeper, via);
        return;
      }
      case 'array_pattern':
        for (const child of pattern.namedChildren) this.bind(ref, child, Math.max(1, deeper), via);
        return;
      default:
        return;
    }
  }

  private through(ref: Ref, binding: Binding, deeper: number, via = `through ${binding.name}`): void {
    if (!this.mayScan(ref.file)) return;
    const { file, name, trust, from } = ref;
    const depth = ref.depth + deeper;
    const next = { file, name, trust, depth, from, hops: ref.hops + 1, via: ref.via ?? via };
    const uses = usesOf(file, binding);
    if (via === TAKEN) for (const node of uses) this.taken.add(`${file.scriptId}:${node.id}`);
    this.add(uses.map((node) => ({ ...next, node })));
    for (const exported of exportedNames(file, binding)) {
      this.exported.push({ ref: { ...next, node: binding.node }, name: exported, called: false });
    }
  }

  /** The container is also held by another field: `this.messages = history`. */
  private throughField(ref: Ref, key: Node, owner: Node | undefined): void {
    const { file } = ref;
    const name = file.textOf(key).replace(/^#/, '');
    if (name === ref.name || !/^[\w$]+$/.test(name)) return;
    const uses = this.mayScan(file) ? [...memberUses(file, name, false), ...takenOutUses(file, name)] : [];
    if (uses.length > MAX_FIELD_USES) return;
    for (const node of uses) {
      if (owner && (node.startIndex < owner.startIndex || node.endIndex > owner.endIndex)) continue;
      const via = ref.via ?? `through .${name}`;
      this.add([{ ...ref, node, hops: ref.hops + 1, trust: ref.trust * (owner ? 0.9 : 0.5), via }]);
    }
  }

  /** A function answers with the container: its calls are the container. */
  private returned(ref: Ref, fn: Node): void {
    const { file } = ref;
    if (ref.from?.fn.id === fn.id) {
      const { file: caller, call } = ref.from;
      this.add([{ ...ref, file: caller, node: call, hops: ref.hops + 1, from: undefined }]);
      return;
    }
    const next = { ...ref, hops: ref.hops + 1 };
    const holder = outermost(file, fn).parent;
    const own = fn.childForFieldName('name');
    const key =
      fn.type === 'method_definition'
        ? own
        : holder?.type === 'pair'
          ? holder.childForFieldName('key')
          : holder?.type === 'field_definition'
            ? holder.childForFieldName('property')
            : undefined;
    if (key) {
      const name = file.textOf(key).replace(/^#/, '');
      const getter = fn.children.some((child) => child.type === 'get');
      const uses = this.mayScan(file) ? memberUses(file, name, !getter) : [];
      if (uses.length > MAX_FIELD_USES) return;
      this.add(uses.map((node) => ({ ...next, node, via: `from ${name}` })));
      if (!getter)
        this.exported.push({ ref: { ...next, via: `from ${name}` }, name: `.${name}`, called: true });
      return;
    }
    const identifier = holder?.type === 'variable_declarator' ? holder.childForFieldName('name') : own;
    const binding = identifier?.type === 'identifier' ? resolveIdentifier(file, identifier) : undefined;
    if (!binding) return;
    if (!this.mayScan(file)) return;
    const via = `from ${binding.name}`;
    for (const use of usesOf(file, binding)) {
      const call = callOf(use);
      if (call) this.add([{ ...next, node: call, via }]);
    }
    for (const name of exportedNames(file, binding)) {
      this.exported.push({ ref: { ...next, via }, name, called: true });
    }
  }

  /** `return { list: container }`. */
  private returnedIn(ref: Ref, object: Node | null, key: Node): void {
    if (object?.type !== 'object') return;
    const value = outermost(ref.file, object);
    const { parent } = value;
    const fn =
      parent?.type === 'return_statement' || parent?.type === 'arrow_function'
        ? enclosingFunction(object)
        : undefined;
    if (fn) this.returned({ ...ref, property: ref.file.textOf(key) }, fn);
  }

  /** The container is a property of an expression's value: `f().list`, `const { list } = f()`. */
  private takenOut(ref: Ref, parent: Node, property: string): void {
    const { file, node } = ref;
    const found = { ...ref, property: undefined };
    const is = (name: Node | null): boolean => !!name && file.textOf(name) === property;
    if (/^(parenthesized|await)_expression$/.test(parent.type)) this.same(ref, parent);
    else if (parent.type === 'member_expression' && isSame(parent.childForFieldName('object'), node)) {
      if (is(parent.childForFieldName('property'))) this.same(found, parent);
    } else if (parent.type === 'variable_declarator') {
      const pattern = parent.childForFieldName('name');
      for (const child of pattern?.type === 'object_pattern' ? pattern.namedChildren : []) {
        if (child?.type === 'pair_pattern' && is(child.childForFieldName('key')))
          this.bind(found, child.childForFieldName('value')!, 0);
        else if (child?.type === 'shorthand_property_identifier_pattern' && is(child)) {
          const binding = resolveName(file, property, child.startIndex);
          if (binding) this.through(found, binding, 0);
        }
      }
    }
  }

  private use(ref: Ref, use: Use): void {
    if (use.store) {
      this.stores.push(use.store);
      this.values(ref, use.store.values);
    }
    const depth = ref.depth + 1;
    this.add(use.same.map((node) => ({ ...ref, node })));
    this.add(use.inside.map((node) => ({ ...ref, node, depth })));
    if (use.element) this.bind(ref, use.element, 1, TAKEN);
  }

  /** `const list = []; map.set(id, list); list.push(m)`: the list is kept too. */
  private values(ref: Ref, values: Node[]): void {
    for (const value of values) {
      if (value.type !== 'identifier') continue;
      const binding = resolveIdentifier(ref.file, value);
      const made = binding && this.initial(ref.file, value)[0];
      if (binding?.kind === 'variable' && made && /^(array|object|new_expression)$/.test(made.type))
        this.through(ref, binding, 1);
    }
  }

  private argument(ref: Ref, args: Node): void {
    const { file, node } = ref;
    const call = args.parent!;
    const callee = call.childForFieldName('function') ?? call.childForFieldName('constructor');
    if (!callee) return;
    const index = args.namedChildren.findIndex((child) => isSame(child, node));
    const use = argumentUse(ref, call, callee, index);
    if (use) {
      this.use(ref, use);
      return;
    }
    const found = callableOf(file, callee);
    if (found) {
      this.intoParameter(ref, call, file, found, index, file.textOf(callee).slice(0, 60));
      return;
    }
    const object = callee.type === 'member_expression' ? callee.childForFieldName('object') : callee;
    const binding = object?.type === 'identifier' ? resolveIdentifier(file, object) : undefined;
    const member = callee.type === 'member_expression' ? lastName(file, callee) : undefined;
    if (binding) this.handed.push({ ref, callee: binding, member, index, call });
    const values = args.namedChildren.slice(index + 1);
    if (values.length) this.stores.push({ ref, kind: 'passed', node: call, anchor: callee, values });
  }
}
