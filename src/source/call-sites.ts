import type { Node } from 'web-tree-sitter';
import { functionAt } from './functions.ts';
import type { ScriptMap } from './script-map.ts';
import type { ScriptPosition } from './store-types.ts';
import type { SyntaxParser } from './syntax.ts';

/**
 * Where a function calls another, first in its text: a sampled stack names functions, not lines.
 * @param caller V8's place of the calling function
 * @param callee its name as V8 gives it: `invoke`, `Agent.invoke`, `async Agent.invoke`, `Agent`
 */
export function findCallSite(
  map: ScriptMap,
  caller: ScriptPosition,
  callee: string,
  parser: SyntaxParser,
): Promise<ScriptPosition | undefined> {
  return parser.search(async () => {
    const name = /([^\s.]+)$/.exec(callee)?.[1]?.replace(/^#/, '');
    const file = name ? await parser.file(map, caller.scriptId) : undefined;
    const within = file && functionAt(file, caller.line0, caller.column0);
    if (!file || !within) return undefined;
    for (const call of within.descendantsOfType(['call_expression', 'new_expression'])) {
      const called = call && nameNode(call);
      if (!called || file.textOf(called).replace(/^#/, '') !== name) continue;
      return { scriptId: caller.scriptId, ...file.lines.positionOf(called.startIndex) };
    }
    return undefined;
  });
}

/** The name in `f()`, `a.b.f()`, `new F()`. */
function nameNode(call: Node): Node | undefined {
  const callee = call.childForFieldName(call.type === 'new_expression' ? 'constructor' : 'function');
  if (!callee) return undefined;
  return (callee.type === 'member_expression' ? callee.childForFieldName('property') : callee) ?? undefined;
}
