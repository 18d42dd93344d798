import type { Node } from 'web-tree-sitter';
import { type Binding, isSame, occurrences, resolveIdentifier, usesOf } from './bindings.ts';
import { callableOf } from './members.ts';
import type { SyntaxFile } from './syntax.ts';

/** A name that one file takes from another. */
export interface ImportUse {
  /** The expressions that are the exported value. */
  nodes: Node[];
  /** Names under which this file hands it on. */
  reexported: string[];
}

const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx', '.jsx'];

/** Whether an import specifier in `from` may mean the script at `target`. */
export function mayResolve(specifier: string, from: string, target: string): boolean {
  if (/^\.{0,2}\//.test(specifier) || /^[a-z]+:/.test(specifier)) {
    let url: string;
    try {
      url = new URL(specifier, from.startsWith('/') ? `file://${from}` : from).href;
    } catch {
      return false;
    }
    const wanted = (target.startsWith('/') ? `file://${target}` : target).replace(/[?#].*$/, '');
    const bare = url.replace(/\.[cm]?jsx?$/, '');
    return EXTENSIONS.some(
      (ext) =>
        wanted === url + ext || wanted === bare + ext || wanted === `${url.replace(/\/$/, '')}/index${ext}`,
    );
  }
  if (target.includes(`/node_modules/${specifier}/`)) return true;
  // A path alias (`@/cache`, `#src/cache.js`, `~lib/cache`) or a package's inner file.
  const tail = specifier.replace(/^[@~#][^/]*\//, '').replace(/^[@~#]/, '');
  return withoutExtension(target).endsWith(`/${withoutExtension(tail)}`);
}

function withoutExtension(path: string): string {
  return path
    .replace(/[?#].*$/, '')
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replace(/\/index$/, '');
}

/** The names under which a file exports a binding: ESM, `exports.x =`, `module.exports = { x }`. */
export function exportedNames(file: SyntaxFile, binding: Binding): string[] {
  if (!binding.top) return [];
  const names = new Set<string>();
  const statement =
    binding.declaration.parent?.type === 'export_statement'
      ? binding.declaration.parent
      : binding.declaration.parent?.parent;
  if (statement?.type === 'export_statement') {
    names.add(statement.children.some((child) => child.type === 'default') ? 'default' : binding.name);
  }
  for (const use of usesOf(file, binding)) {
    const name = exportedAs(file, use);
    if (name) names.add(name);
  }
  return [...names];
}

/** The name under which this expression is exported where it stands; `default` also for `module.exports = x`. */
export function exportedAs(file: SyntaxFile, node: Node): string | undefined {
  const parent = node.parent;
  switch (parent?.type) {
    case 'export_specifier': {
      if (
        !isSame(parent.childForFieldName('name'), node) ||
        parent.parent?.parent?.childForFieldName('source')
      )
        return undefined;
      return file.textOf(parent.childForFieldName('alias') ?? node);
    }
    case 'export_statement':
      return isSame(parent.childForFieldName('value'), node) ? 'default' : undefined;
    case 'assignment_expression': {
      if (!isSame(parent.childForFieldName('right'), node)) return undefined;
      const left = file.textOf(parent.childForFieldName('left')!);
      if (left === 'module.exports') return 'default';
      return /^(?:module\.)?exports\.([\w$]+)$/.exec(left)?.[1];
    }
    case 'pair':
      return inModuleExports(file, parent) ? file.textOf(parent.childForFieldName('key')!) : undefined;
    case 'object':
      return node.type === 'shorthand_property_identifier' && inModuleExports(file, node)
        ? file.textOf(node)
        : undefined;
    default:
      return undefined;
  }
}

function inModuleExports(file: SyntaxFile, member: Node): boolean {
  const assignment = member.parent?.parent;
  const left = assignment?.type === 'assignment_expression' && assignment.childForFieldName('left');
  return !!left && file.textOf(left) === 'module.exports';
}

/** Where `file` uses the export `name` of the script at `target`. */
export function importUses(file: SyntaxFile, name: string, target: string): ImportUse {
  const found: ImportUse = { nodes: [], reexported: [] };
  for (const statement of file.root.namedChildren) {
    if (statement.type !== 'import_statement' && statement.type !== 'export_statement') continue;
    const source = statement.childForFieldName('source');
    if (!source || !mayResolve(unquote(file, source), file.url, target)) continue;
    if (statement.type === 'export_statement') reexports(file, statement, name, found);
    else importStatement(file, statement, name, found);
  }
  for (const call of [...loads(file, 'require', target), ...loads(file, 'import', target)]) {
    moduleValue(file, call, name, found);
  }
  return found;
}

function reexports(file: SyntaxFile, statement: Node, name: string, found: ImportUse): void {
  const clause = statement.namedChildren.find((child) => child.type === 'export_clause');
  if (!clause) {
    if (name !== 'default') found.reexported.push(name); // export * from
    return;
  }
  for (const specifier of clause.namedChildren) {
    const own = specifier.childForFieldName('name');
    if (own && file.textOf(own) === name)
      found.reexported.push(file.textOf(specifier.childForFieldName('alias') ?? own));
  }
}

function importStatement(file: SyntaxFile, statement: Node, name: string, found: ImportUse): void {
  for (const part of statement.descendantsOfType(['identifier', 'import_specifier'])) {
    if (part.type === 'import_specifier') {
      const own = part.childForFieldName('name')!;
      if (file.textOf(own) !== name) continue;
      takeUses(file, part.childForFieldName('alias') ?? own, found);
    } else if (part.parent?.type === 'import_clause') {
      if (name === 'default') takeUses(file, part, found);
      else takeMembers(file, part, name, found); // the default of CommonJS is the whole
    } else if (part.parent?.type === 'namespace_import') takeMembers(file, part, name, found);
  }
}

function takeUses(file: SyntaxFile, identifier: Node, found: ImportUse): void {
  const binding = resolveIdentifier(file, identifier);
  if (!binding) return;
  found.nodes.push(...usesOf(file, binding));
  found.reexported.push(...exportedNames(file, binding));
}

function takeMembers(file: SyntaxFile, namespace: Node, name: string, found: ImportUse): void {
  const binding = resolveIdentifier(file, namespace);
  for (const use of binding ? usesOf(file, binding) : []) takeMember(file, use, name, found);
}

/** `x.name`, `x['name']`, or `const { name } = x` for an expression x that is the module. */
function takeMember(file: SyntaxFile, node: Node, name: string, found: ImportUse): void {
  const parent = node.parent;
  if (parent?.type === 'member_expression' && isSame(parent.childForFieldName('object'), node)) {
    const property = file.textOf(parent.childForFieldName('property')!);
    if (property === name) found.nodes.push(parent);
    else if (property === 'default') takeMember(file, parent, name, found);
  } else if (parent?.type === 'variable_declarator') {
    const pattern = parent.childForFieldName('name');
    if (pattern?.type !== 'object_pattern') return;
    for (const child of pattern.namedChildren) {
      const key = child.type === 'pair_pattern' ? child.childForFieldName('key') : child;
      const value = child.type === 'pair_pattern' ? child.childForFieldName('value') : child;
      if (key && value && file.textOf(key) === name) takeUses(file, value, found);
    }
  }
}

/** `require('./x')` and `import('./x')` calls that may load the target. */
function loads(file: SyntaxFile, word: 'require' | 'import', target: string): Node[] {
  const calls: Node[] = [];
  for (const at of occurrences(file.text, word)) {
    if (!/^\s*\(/.test(file.text.slice(at + word.length, at + word.length + 20))) continue;
    const call = file.at(at)?.parent;
    const argument =
      call?.type === 'call_expression' && call.childForFieldName('arguments')?.namedChildren[0];
    if (!call || !argument || argument.type !== 'string') continue;
    if (mayResolve(unquote(file, argument), file.url, target)) calls.push(call);
  }
  return calls;
}

/** Follows a loaded module through `await` and interop helpers (`__importStar`, `__toESM`) to the export. */
function moduleValue(file: SyntaxFile, call: Node, name: string, found: ImportUse): void {
  let node = call;
  for (let parent = node.parent; parent; parent = node.parent) {
    if (parent.type === 'await_expression' || parent.type === 'parenthesized_expression') node = parent;
    else if (
      parent.type === 'arguments' &&
      /^(\w+\.)?_*(import|interop|toESM)/i.test(calleeText(file, parent))
    )
      node = parent.parent!;
    else break;
  }
  takeMember(file, node, name, found);
  const declarator = node.parent;
  const target =
    declarator?.type === 'variable_declarator' ? declarator.childForFieldName('name') : undefined;
  if (target?.type !== 'identifier') return;
  if (name === 'default') takeUses(file, target, found);
  takeMembers(file, target, name, found);
}

function calleeText(file: SyntaxFile, args: Node): string {
  const callee = args.parent?.childForFieldName('function');
  return callee ? file.textOf(callee) : '';
}

export function unquote(file: SyntaxFile, string: Node): string {
  return file.text.slice(string.startIndex + 1, string.endIndex - 1);
}

/** The specifier and exported name behind a binding that an import statement or `const { a } = require(...)` makes. */
export function importSource(
  file: SyntaxFile,
  binding: Binding,
): { specifier: string; name: string } | undefined {
  if (binding.kind === 'import') {
    let statement: Node | null = binding.declaration;
    while (statement && statement.type !== 'import_statement') statement = statement.parent;
    const source = statement?.childForFieldName('source');
    if (!source) return undefined;
    const name =
      binding.declaration.type === 'import_specifier'
        ? file.textOf(binding.declaration.childForFieldName('name')!)
        : binding.declaration.type === 'namespace_import'
          ? '*'
          : 'default';
    return { specifier: unquote(file, source), name };
  }
  const value =
    binding.declaration.type === 'variable_declarator' && binding.declaration.childForFieldName('value');
  const text = value ? file.textOf(value).slice(0, 300) : '';
  const specifier = /\brequire\(\s*['"]([^'"]+)['"]\s*\)/.exec(text)?.[1];
  if (!specifier) return undefined;
  const pair = binding.node.parent;
  if (pair?.type === 'pair_pattern') return { specifier, name: file.textOf(pair.childForFieldName('key')!) };
  return {
    specifier,
    name: binding.node.type === 'shorthand_property_identifier_pattern' ? binding.name : '*',
  };
}

/** The function or class that a file exports under a name. */
export function exportedCallable(file: SyntaxFile, name: string): Node | undefined {
  if (name === 'default') {
    for (const statement of file.root.namedChildren) {
      if (
        statement.type === 'export_statement' &&
        statement.children.some((child) => child.type === 'default')
      )
        return callableOf(
          file,
          statement.childForFieldName('declaration') ?? statement.childForFieldName('value'),
        );
      const assignment = statement.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
      const left = assignment?.type === 'assignment_expression' && assignment.childForFieldName('left');
      if (left && file.textOf(left) === 'module.exports')
        return callableOf(file, assignment.childForFieldName('right'));
    }
    return undefined;
  }
  for (const at of occurrences(file.text, name)) {
    const node = file.at(at);
    if (node?.type === 'property_identifier') {
      const assignment = node.parent?.parent;
      const found =
        assignment?.type === 'assignment_expression' &&
        callableOf(file, assignment.childForFieldName('right'));
      if (found && /^(module\.)?exports\./.test(file.textOf(assignment))) return found;
      continue;
    }
    const alias = node?.parent?.type === 'export_specifier' ? node.parent.childForFieldName('name') : node;
    const found = alias?.type === 'identifier' ? callableOf(file, alias) : undefined;
    if (found) return found;
  }
  return undefined;
}
