import { createHash } from 'node:crypto';
import type { Site } from '../protocol/findings.ts';
import type { OwnerFacts } from './owner-facts.ts';

/** Stable between runs: what kind of container, held how and by whom, stored in which file and function. */
export function fingerprint(facts: OwnerFacts, store: Site | undefined): string {
  const { holder } = facts;
  const parts = [facts.kind, stable(facts.containerClass), holder.how, holder.className ?? '', holder.name];
  if (store) parts.push((store.path ?? store.url).split(/[\\/]/).slice(-2).join('/'), store.function ?? '');
  const label = stable(facts.display)
    .replace(/[^\w.#$-]+/g, '-')
    .slice(0, 60);
  return `${facts.kind}:${label}:${hash(parts.join('\0'))}`;
}

export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Shapes tell some of an object's properties, which may be others in another run. */
function stable(name: string): string {
  return name.startsWith('{') ? 'Object' : name;
}
