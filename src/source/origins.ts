import type { Node } from 'web-tree-sitter';
import { type Binding, bindingsOf, isClass, isFunction, isSame, resolveIdentifier } from './bindings.ts';
import { enclosingClass, enclosingFunction } from './functions.ts';
import { lastName, memberUses } from './members.ts';
import { exportedAs, importSource, mayResolve, unquote } from './modules.ts';
import type { ScriptMap } from './script-map.ts';
import type { SyntaxFile, SyntaxParser } from './syntax.ts';
import { isUserCode } from './user-code.ts';

/** What a value comes from: an import, through so many calls. */
export interface Origin {
  specifier: string;
  /** The export's name; `*` for the whole module. */
  name: string;
  /** Calls between the import and the value: 0 for the import itself, 1 for `new Client()`. */
  made: number;
}

const MAX_HOPS = 12;
const INSIDE: Record<string, string> = {
  parenthesized_expression: '',
  await_expression: '',
  call_expression: 'function',
  new_expression: 'constructor',
  member_expression: 'object',
  subscript_expression: 'object',
};

/**
 * Follows a value in the user's code back to the import that it was made with: `this.redis` to `import Redis from
 * 'ioredis'`, through variables, fields of classes, calls, and the user's other files.
 */
export class Origins {
  constructor(
    private readonly map: ScriptMap,
    private readonly parser: SyntaxParser,
  ) {}

  /** Within `SyntaxParser.search`. Undefined where it does not come from an installed package. */
  async of(file: SyntaxFile, node: Node | null | undefined, made = 0, hops = 0): Promise<Origin | undefined> {
    if (!node || hops > MAX_HOPS) return undefined;
    if (node.type === 'identifier') {
      const binding = resolveIdentifier(file, node);
      return binding && this.ofBinding(file, binding, made, hops + 1);
    }
    const inside = INSIDE[node.type];
    if (inside === undefined) return undefined;
    const loaded = loadedModule(file, node);
    if (loaded) return isBare(loaded) ? { specifier: loaded, name: '*', made } : undefined;
    const inner = inside ? node.childForFieldName(inside) : node.namedChildren[0];
    if (inside === 'object' && inner?.type === 'this') return this.ofField(file, node, made, hops + 1);
    const called = inside === 'function' || inside === 'constructor';
    return this.of(file, inner, called ? made + 1 : made, hops + 1);
  }

  private async ofBinding(
    file: SyntaxFile,
    binding: Binding,
    made: number,
    hops: number,
  ): Promise<Origin | undefined> {
    const source = importSource(file, binding);
    if (source) {
      const own = this.map.scripts.find(
        ({ url }) => isUserCode({ url }) && mayResolve(source.specifier, file.url, url),
      );
      if (!own) return isBare(source.specifier) ? { ...source, made } : undefined;
      const other = await this.parser.file(this.map, own.id);
      const exported = other && exportedBinding(other, source.name);
      return exported && this.ofBinding(other, exported, made, hops + 1);
    }
    const { declaration } = binding;
    if (isFunction(declaration)) return this.ofAnswer(file, declaration, made, hops);
    if (declaration.type !== 'variable_declarator') return undefined;
    const value = declaration.childForFieldName('value') ?? assigned(file, binding);
    return value && isFunction(value)
      ? this.ofAnswer(file, value, made, hops)
      : this.of(file, value, made, hops);
  }

  /** What a function of the user's gives back. */
  private async ofAnswer(
    file: SyntaxFile,
    fn: Node,
    made: number,
    hops: number,
  ): Promise<Origin | undefined> {
    const body = fn.childForFieldName('body');
    const answers =
      body?.type === 'statement_block'
        ? body
            .descendantsOfType('return_statement')
            .flatMap((node) => (node && isSame(enclosingFunction(node), fn) && node.namedChildren[0]) || [])
        : [body];
    for (const answer of answers) {
      const found = await this.of(file, answer, made, hops);
      if (found) return found;
    }
    return undefined;
  }

  /** `this.name`: what the class puts there. */
  private async ofField(
    file: SyntaxFile,
    use: Node,
    made: number,
    hops: number,
  ): Promise<Origin | undefined> {
    const owner = enclosingClass(use);
    const name = use.type === 'member_expression' ? lastName(file, use) : '';
    if (!owner || !name) return undefined;
    for (const member of owner.childForFieldName('body')?.namedChildren ?? []) {
      const property = member.type === 'field_definition' ? member.childForFieldName('property') : undefined;
      const value =
        property && file.textOf(property) === name ? member.childForFieldName('value') : undefined;
      if (value) return this.of(file, value, made, hops);
    }
    for (const at of memberUses(file, name.replace(/^#/, ''), false)) {
      const { parent } = at;
      if (parent?.type !== 'assignment_expression' || !isSame(parent.childForFieldName('left'), at)) continue;
      if (at.childForFieldName('object')?.type !== 'this' || !isSame(enclosingClass(at), owner)) continue;
      const found = await this.of(file, parent.childForFieldName('right'), made, hops);
      if (found) return found;
    }
    return undefined;
  }
}

/** The module that a call of `import` or `require` loads. */
function loadedModule(file: SyntaxFile, call: Node): string | undefined {
  const callee = call.type === 'call_expression' && call.childForFieldName('function');
  if (!callee || !/^(import|require)$/.test(file.textOf(callee))) return undefined;
  const argument = call.childForFieldName('arguments')?.namedChildren[0];
  return argument?.type === 'string' ? unquote(file, argument) : undefined;
}

/** Not a path, nor a module of Node's. */
function isBare(specifier: string): boolean {
  return !/^(\.|\/|node:|file:|data:)/.test(specifier);
}

/** What is exported under that name: a variable, not a function or a class of the file's own. */
function exportedBinding(file: SyntaxFile, name: string): Binding | undefined {
  const own = bindingsOf(file, name).find((one) => one.top && !isClass(one.declaration));
  if (own || name !== 'default') return own;
  const exported = file.root
    .descendantsOfType('identifier')
    .find((id) => id && exportedAs(file, id) === 'default');
  return exported ? resolveIdentifier(file, exported) : undefined;
}

/** `let client; ... client = new Client()`. */
function assigned(file: SyntaxFile, binding: Binding): Node | undefined {
  for (const node of file.root.descendantsOfType('assignment_expression')) {
    const left = node?.childForFieldName('left');
    if (
      left?.type === 'identifier' &&
      file.textOf(left) === binding.name &&
      resolveIdentifier(file, left) === binding
    )
      return node?.childForFieldName('right') ?? undefined;
  }
  return undefined;
}

/** `@scope/name` or `name`, of an import specifier or of a URL below node_modules. */
export function packageName(specifierOrUrl: string): string | undefined {
  const inner = /^.*[\\/]node_modules[\\/](?:\.pnpm[\\/][^\\/]+[\\/]node_modules[\\/])?(.*)$/.exec(
    specifierOrUrl,
  )?.[1];
  const text = inner ?? (isBare(specifierOrUrl) && !/^[a-z]+:/.test(specifierOrUrl) ? specifierOrUrl : '');
  return /^(@[^\\/]+[\\/][^\\/]+|[^@.\\/][^\\/]*)/.exec(text)?.[1].replace('\\', '/');
}
