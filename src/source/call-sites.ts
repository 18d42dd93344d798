import type { Node } from 'web-tree-sitter';
import { isSame } from './bindings.ts';
import { enclosingFunction, functionAt } from './functions.ts';
import { Origins, packageName } from './origins.ts';
import { isInLoop } from './package-calls.ts';
import type { ScriptMap } from './script-map.ts';
import type { ScriptPosition } from './store-types.ts';
import type { SyntaxFile, SyntaxParser } from './syntax.ts';

/**
 * Where a function calls another, first in its text: a sampled stack names functions, not lines. Where no call goes by
 * the callee's name, it is that of what comes from the callee's package (`log()` of `import log from 'package'`,
 * `this.redis.rpush()`), or, of a callee without a name, the only one of what comes from any: packages hand on what
 * others export.
 * @param caller V8's place of the calling function, or of a script's own code: line 0, column 0
 * @param callee its name as V8 gives it: `invoke`, `Agent.invoke`, `async Agent.invoke`, `Agent`; and its script's URL
 */
export function findCallSite(
  map: ScriptMap,
  caller: ScriptPosition,
  callee: { name: string; url?: string },
  parser: SyntaxParser,
): Promise<ScriptPosition | undefined> {
  return parser.search(async () => {
    const name = /([^\s.]+)$/.exec(callee.name)?.[1]?.replace(/^#/, '');
    const file = name || callee.url ? await parser.file(map, caller.scriptId) : undefined;
    const calls = file && callsOf(file, caller);
    if (!calls) return undefined;
    const found =
      calls.find((called) => name && file.textOf(called).replace(/^#/, '') === name) ??
      (callee.url
        ? await fromPackage(new Origins(map, parser), file, calls, { name, url: callee.url })
        : undefined);
    return found && { scriptId: caller.scriptId, ...file.lines.positionOf(found.startIndex) };
  });
}

/**
 * The names in what a function calls: those of its own text come before those of functions within it. Of a script's
 * own code only what is called again and again comes first, as that is what a sample sees.
 */
function callsOf(file: SyntaxFile, { line0, column0 }: ScriptPosition): Node[] | undefined {
  const within = functionAt(file, line0, column0);
  const isTop = !within && line0 === 0 && column0 === 0;
  if (!within && !isTop) return undefined;
  const calls = (within ?? file.root)
    .descendantsOfType(['call_expression', 'new_expression'])
    .flatMap((call) => (call && nameNode(call)) ?? []);
  const isFirst = (call: Node) => (isTop ? isInLoop(call) : isSame(enclosingFunction(call), within));
  const all = isTop ? calls.filter((call) => !enclosingFunction(call)) : calls;
  return [...all.filter(isFirst), ...all.filter((call) => !isFirst(call))];
}

async function fromPackage(
  origins: Origins,
  file: SyntaxFile,
  calls: readonly Node[],
  callee: { name?: string; url: string },
): Promise<Node | undefined> {
  const wanted = packageName(callee.url);
  if (!wanted) return undefined;
  const others: Node[] = [];
  for (const called of calls) {
    if (/^(then|catch|finally)$/.test(file.textOf(called))) continue; // a promise's own
    const callee = called.parent?.type === 'member_expression' ? called.parent : called;
    const origin = await origins.of(file, callee);
    const from = origin && packageName(origin.specifier);
    if (from === wanted) return called;
    if (from) others.push(called);
  }
  return !callee.name && others.length === 1 ? others[0] : undefined;
}

/** The name in `f()`, `a.b.f()`, `new F()`. */
function nameNode(call: Node): Node | undefined {
  const callee = call.childForFieldName(call.type === 'new_expression' ? 'constructor' : 'function');
  if (!callee) return undefined;
  return (callee.type === 'member_expression' ? callee.childForFieldName('property') : callee) ?? undefined;
}
