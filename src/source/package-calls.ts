import type { Node } from 'web-tree-sitter';
import { enclosingFunction } from './functions.ts';
import { Origins, packageName } from './origins.ts';
import type { ScriptMap } from './script-map.ts';
import type { ScriptPosition } from './store-types.ts';
import type { SyntaxParser } from './syntax.ts';
import { isUserCode } from './user-code.ts';

/** Where the user's code calls what it has from a package. */
export interface PackageCall extends ScriptPosition {
  /** As the text names it: `memoize`, `Client`, `callTool`. */
  callee: string;
  /** Calls between the import and what is called: 0 for `memoize()`, 1 for a method of what `new Client()` made. */
  made: number;
  /** In a function or a loop: not once, when the file is loaded. */
  again: boolean;
}

/** Longer ones are bundles: what they import is in them. */
const MAX_TEXT = 500_000;

/** Calls that take what is in a promise out, or let go. */
const HARMLESS =
  /^(then|catch|finally|on|once|off|close|end|stop|abort|cancel|delete|clear|reset|dispose|destroy|disconnect|shutdown|unref|ref|toString)$/;

/** Calls of what comes from the package of a script, in the order of the user's scripts and texts. */
export function findPackageCalls(map: ScriptMap, url: string, parser: SyntaxParser): Promise<PackageCall[]> {
  return parser.search(async () => {
    const wanted = packageName(url);
    const origins = new Origins(map, parser);
    const found: PackageCall[] = [];
    for (const script of wanted ? map.scripts : []) {
      const text = isUserCode(script) ? await map.text(script) : undefined;
      if (!text || text.length > MAX_TEXT) continue;
      const file = await parser.file(map, script.id);
      for (const call of file?.root.descendantsOfType(['call_expression', 'new_expression']) ?? []) {
        const callee = call?.childForFieldName(call.type === 'new_expression' ? 'constructor' : 'function');
        const anchor = callee?.type === 'member_expression' ? callee.childForFieldName('property') : callee;
        if (!file || !call || !callee || !anchor || HARMLESS.test(file.textOf(anchor))) continue;
        const origin = await origins.of(file, callee);
        if (!origin || packageName(origin.specifier) !== wanted) continue;
        found.push({
          scriptId: Number(script.id),
          ...file.lines.positionOf(anchor.startIndex),
          callee: file.textOf(anchor).slice(0, 80),
          made: origin.made,
          again: enclosingFunction(call) !== undefined || isInLoop(call),
        });
      }
    }
    return found;
  });
}

/** Whether a node is within the body of a loop at the top of its function. */
export function isInLoop(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent)
    if (/^(for|for_in|while|do)_statement$/.test(at.type)) return true;
  return false;
}
