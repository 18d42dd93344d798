import { originalName } from '../source/original-names.ts';
import type { ScriptMap } from '../source/script-map.ts';
import type { SyntaxParser } from '../source/syntax.ts';
import type { OwnerFacts } from './owner-facts.ts';

/** The facts with names as they were written, where a minified script's source map tells them. */
export async function withOriginalNames(
  facts: OwnerFacts,
  map: ScriptMap,
  parser: SyntaxParser,
): Promise<OwnerFacts> {
  const renamed = new Map<string, string>();
  for (const { how, name, className, declaredAt } of [facts.holder, ...facts.heldBy]) {
    const what = how === 'variable' ? 'variable' : how === 'field' && className ? 'class' : undefined;
    const short = what === 'variable' ? name : className;
    if (!what || !short || !declaredAt || renamed.has(short)) continue;
    const original = await originalName(map, declaredAt, what, short, parser);
    if (original) renamed.set(short, original);
  }
  if (!renamed.size) return facts;
  const rename = (text: string): string => renamed.get(text) ?? text;
  const held = ({ ...holder }: OwnerFacts['holder']): OwnerFacts['holder'] => ({
    ...holder,
    name: holder.how === 'variable' ? rename(holder.name) : holder.name,
    ...(holder.className ? { className: rename(holder.className) } : {}),
  });
  const [first, ...rest] = facts.display.split('.');
  return {
    ...facts,
    display: [rename(first), ...rest].join('.'),
    holder: held(facts.holder),
    heldBy: facts.heldBy.map(held),
    path: facts.path.map((entry) => ({
      ...entry,
      name: rename(entry.name),
      className: rename(entry.className),
    })),
  };
}
