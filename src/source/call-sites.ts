import type { Node } from 'web-tree-sitter';
import { resolveIdentifier } from './bindings.ts';
import { functionAt } from './functions.ts';
import { importSource, mayResolve } from './modules.ts';
import type { ScriptMap } from './script-map.ts';
import type { ScriptPosition } from './store-types.ts';
import type { SyntaxFile, SyntaxParser } from './syntax.ts';

/**
 * Where a function calls another, first in its text: a sampled stack names functions, not lines.
 * @param caller V8's place of the calling function
 * @param callee its name as V8 gives it: `invoke`, `Agent.invoke`, `async Agent.invoke`, `Agent`; and its script's URL,
 * by which a call is told of what goes by another name here: `log()` of `import log from 'package'`
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
    const within = file && functionAt(file, caller.line0, caller.column0);
    if (!file || !within) return undefined;
    const calls = within
      .descendantsOfType(['call_expression', 'new_expression'])
      .flatMap((call) => (call && nameNode(call)) ?? []);
    const { url } = callee;
    const found =
      calls.find((called) => name && file.textOf(called).replace(/^#/, '') === name) ??
      (url ? calls.find((called) => comesFrom(file, called, url)) : undefined);
    return found && { scriptId: caller.scriptId, ...file.lines.positionOf(found.startIndex) };
  });
}

/** Whether what is called is imported from a script's package, or a method of something made with what is. */
function comesFrom(file: SyntaxFile, called: Node, url: string): boolean {
  let root: Node = called.parent?.type === 'member_expression' ? called.parent : called;
  for (let made = 0; made < 2; made++) {
    while (root.type === 'member_expression') root = root.childForFieldName('object')!;
    const binding = root.type === 'identifier' ? resolveIdentifier(file, root) : undefined;
    if (!binding) return false;
    const source = importSource(file, binding);
    if (source) return mayResolve(source.specifier, file.url, url);
    const value = binding.declaration.childForFieldName('value');
    const maker = value?.childForFieldName('constructor') ?? value?.childForFieldName('function');
    if (!maker) return false;
    root = maker;
  }
  return false;
}

/** The name in `f()`, `a.b.f()`, `new F()`. */
function nameNode(call: Node): Node | undefined {
  const callee = call.childForFieldName(call.type === 'new_expression' ? 'constructor' : 'function');
  if (!callee) return undefined;
  return (callee.type === 'member_expression' ? callee.childForFieldName('property') : callee) ?? undefined;
}
