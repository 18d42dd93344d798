import { isClass, resolveName } from './bindings.ts';
import { enclosingClass, functionAt, outermost } from './functions.ts';
import type { ScriptMap } from './script-map.ts';
import type { ScriptPosition } from './store-types.ts';
import type { SyntaxParser } from './syntax.ts';

/**
 * What a variable or class of a minified script is called in its source; undefined where the source map does not tell,
 * or tells the same.
 * @param at V8's place of a function that sees the variable, or of the class
 */
export function originalName(
  map: ScriptMap,
  at: ScriptPosition,
  what: 'variable' | 'class',
  name: string,
  parser: SyntaxParser,
): Promise<string | undefined> {
  return parser.search(async () => {
    if (!(await map.hasSourceMap(at.scriptId))) return undefined;
    const file = await parser.file(map, at.scriptId);
    const offset = file?.lines.offsetOf(at.line0, at.column0);
    if (!file || offset === undefined) return undefined;
    let start: number | undefined;
    if (what === 'variable') start = resolveName(file, name, offset)?.node.startIndex;
    else {
      const fn = functionAt(file, at.line0, at.column0);
      const node = fn && (isClass(fn) ? fn : enclosingClass(fn));
      const declarator = node && outermost(file, node).parent;
      start = (node?.childForFieldName('name') ?? declarator?.childForFieldName('name'))?.startIndex;
    }
    if (start === undefined || file.text.slice(start, start + name.length) !== name) return undefined;
    const place = file.lines.positionOf(start);
    const original = await map.nameAt(at.scriptId, place.line0, place.column0);
    return original !== name && /^[\w$]+$/.test(original ?? '') ? original : undefined;
  });
}
