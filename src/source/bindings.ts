import type { Node } from 'web-tree-sitter';
import type { SyntaxFile } from './syntax.ts';

/** One declaration of a name, and the part of the file in which it means this. */
export interface Binding {
  name: string;
  /** The identifier that declares it. */
  node: Node;
  kind: 'variable' | 'parameter' | 'function' | 'class' | 'import' | 'catch' | 'loop';
  /** What it is declared by: variable_declarator, formal_parameters, import_specifier, ... */
  declaration: Node;
  scopeStart: number;
  scopeEnd: number;
  /** At the top of the file. */
  top: boolean;
}

interface Names {
  bindings: Binding[];
  /** Identifiers that are neither declarations nor property names. */
  uses: Node[];
}

const FUNCTIONS = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
]);
const BLOCKS = new Set([
  'statement_block',
  'program',
  'for_statement',
  'for_in_statement',
  'switch_body',
  'class_static_block',
]);

export function isFunction(node: Node): boolean {
  return FUNCTIONS.has(node.type);
}

export function isClass(node: Node): boolean {
  return node.type === 'class_declaration' || node.type === 'class';
}

export function isSame(a: Node | null | undefined, b: Node | null | undefined): boolean {
  return !!a && !!b && a.id === b.id;
}

/** Offsets at which `word` stands alone in the text (`$` and `#` are part of a name). */
export function occurrences(text: string, word: string): number[] {
  const found: number[] = [];
  if (!word) return found;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (!isNameChar(text, at - 1) && !isNameChar(text, at + word.length)) found.push(at);
  }
  return found;
}

function isNameChar(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{ID_Continue}$\u200c\u200d]/u.test(text[at]);
}

/** The declaration that a name at an offset refers to; undefined for a global. */
export function resolveName(file: SyntaxFile, name: string, offset: number): Binding | undefined {
  let best: Binding | undefined;
  for (const binding of namesOf(file, name).bindings) {
    if (binding.scopeStart > offset || offset >= binding.scopeEnd) continue;
    if (!best || binding.scopeStart >= best.scopeStart) best = binding;
  }
  return best;
}

export function resolveIdentifier(file: SyntaxFile, node: Node): Binding | undefined {
  return resolveName(file, file.textOf(node), node.startIndex);
}

/** All declarations of a name in the file. */
export function bindingsOf(file: SyntaxFile, name: string): Binding[] {
  return namesOf(file, name).bindings;
}

/** Where a declared name is read or written (its declaration left out). */
export function usesOf(file: SyntaxFile, binding: Binding): Node[] {
  return namesOf(file, binding.name).uses.filter(
    (use) => resolveName(file, binding.name, use.startIndex) === binding,
  );
}

/** Where a name is used that nothing in the file declares. */
export function globalUses(file: SyntaxFile, name: string): Node[] {
  return namesOf(file, name).uses.filter((use) => !resolveName(file, name, use.startIndex));
}

function namesOf(file: SyntaxFile, name: string): Names {
  let names = file.names.get(name) as Names | undefined;
  if (!names) {
    names = collect(file, name);
    file.names.set(name, names);
  }
  return names;
}

function collect(file: SyntaxFile, name: string): Names {
  const names: Names = { bindings: [], uses: [] };
  for (const at of occurrences(file.text, name)) {
    const node = file.at(at);
    if (!node || node.startIndex !== at || node.endIndex !== at + name.length) continue;
    if (node.type === 'shorthand_property_identifier') names.uses.push(node);
    else if (node.type === 'identifier' || node.type === 'shorthand_property_identifier_pattern') {
      const binding = declared(node, name);
      if (binding) names.bindings.push(binding);
      else names.uses.push(node);
    }
  }
  return names;
}

/** The binding that this identifier declares, if it declares one. */
function declared(node: Node, name: string): Binding | undefined {
  const target = patternTop(node);
  const parent = target?.parent;
  if (!target || !parent) return undefined;
  const make = (kind: Binding['kind'], declaration: Node, scope: Node): Binding => ({
    name,
    node,
    kind,
    declaration,
    scopeStart: scope.startIndex,
    scopeEnd: scope.endIndex,
    top: scope.type === 'program',
  });
  switch (parent.type) {
    case 'variable_declarator': {
      if (!isSame(parent.childForFieldName('name'), target)) return undefined;
      const lexical = parent.parent?.type === 'lexical_declaration';
      return make('variable', parent, scopeOf(parent, lexical));
    }
    case 'formal_parameters':
      return parent.parent ? make('parameter', parent, parent.parent) : undefined;
    case 'arrow_function':
      return isSame(parent.childForFieldName('parameter'), target)
        ? make('parameter', parent, parent)
        : undefined;
    case 'function_declaration':
    case 'generator_function_declaration':
    case 'class_declaration':
      if (!isSame(parent.childForFieldName('name'), target) || !parent.parent) return undefined;
      return make(parent.type === 'class_declaration' ? 'class' : 'function', parent, scopeOf(parent, true));
    case 'function_expression':
    case 'generator_function':
      return isSame(parent.childForFieldName('name'), target) ? make('function', parent, parent) : undefined;
    case 'class':
      return isSame(parent.childForFieldName('name'), target) ? make('class', parent, parent) : undefined;
    case 'for_in_statement':
      if (!isSame(parent.childForFieldName('left'), target) || !parent.childForFieldName('kind'))
        return undefined;
      return make('loop', parent, parent);
    case 'catch_clause':
      return isSame(parent.childForFieldName('parameter'), target)
        ? make('catch', parent, parent)
        : undefined;
    case 'import_specifier': {
      const local = parent.childForFieldName('alias') ?? parent.childForFieldName('name');
      return isSame(local, target) ? make('import', parent, scopeOf(parent, false)) : undefined;
    }
    case 'import_clause':
    case 'namespace_import':
      return make('import', parent, scopeOf(parent, false));
    default:
      return undefined;
  }
}

/** From an identifier up through the pattern that it is part of; undefined where it is a default value or a key. */
function patternTop(node: Node): Node | undefined {
  let at = node;
  for (let parent = at.parent; parent; parent = at.parent) {
    switch (parent.type) {
      case 'object_pattern':
      case 'array_pattern':
      case 'rest_pattern':
        break;
      case 'assignment_pattern':
      case 'object_assignment_pattern':
        if (!isSame(parent.childForFieldName('left'), at)) return undefined;
        break;
      case 'pair_pattern':
        if (!isSame(parent.childForFieldName('value'), at)) return undefined;
        break;
      default:
        return at;
    }
    at = parent;
  }
  return undefined;
}

function scopeOf(node: Node, block: boolean): Node {
  let at = node.parent ?? node;
  while (at.parent && !isFunction(at) && at.type !== 'program' && !(block && BLOCKS.has(at.type)))
    at = at.parent;
  return at;
}
