import { functionAt, memberOf, v8Start } from './functions.ts';
import type { ScriptMap } from './script-map.ts';
import type { ScriptPosition, StoreCandidate } from './store-types.ts';
import type { SyntaxParser } from './syntax.ts';

/** Names under which packages let memory outside the heap be given back (wasm-bindgen: free; Embind: delete). */
const RELEASES = ['free', 'delete', 'dispose', 'destroy', 'close', 'release'];

/**
 * Classes of a script whose instances hold memory outside the heap until a method of theirs is called: those with
 * such a method. Best first: `free` is what bindings to WebAssembly call it.
 */
export function findFreeable(
  map: ScriptMap,
  scriptId: number,
  parser: SyntaxParser,
): Promise<StoreCandidate[]> {
  return parser.search(async () => {
    const file = await parser.file(map, scriptId);
    if (!file) return [];
    const found: StoreCandidate[] = [];
    for (const node of file.root.descendantsOfType(['class_declaration', 'class'])) {
      const release = node && RELEASES.find((name) => memberOf(node, name));
      if (!node || !release) continue;
      const name = node.childForFieldName('name');
      const label = name ? file.textOf(name) : 'a class';
      found.push({
        scriptId,
        ...file.lines.positionOf(name ? node.startIndex : v8Start(node)),
        functionName: label,
        score: 0.6 - 0.05 * RELEASES.indexOf(release),
        evidence: `${label} has ${release}(): what it holds outside the heap stays until that is called`,
        text: `class ${label}`,
      });
    }
    return found.sort((a, b) => b.score - a.score);
  });
}

/** Whether the function at a place makes or hands out instances of a class: its text names it. */
export function mentionsClass(
  map: ScriptMap,
  at: ScriptPosition,
  className: string,
  parser: SyntaxParser,
): Promise<boolean> {
  return parser.search(async () => {
    const file = await parser.file(map, at.scriptId);
    const node = file && functionAt(file, at.line0, at.column0);
    return node?.descendantsOfType('identifier').some((id) => id && file!.textOf(id) === className) ?? false;
  });
}
