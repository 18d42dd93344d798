import type { Ref, Store } from './store-types.ts';
import { memberUse, subscriptUse } from './store-uses.ts';
import { STORE_METHODS } from './store-verbs.ts';
import type { SyntaxFile } from './syntax.ts';

const MAX_PLACES = 3000;

/** Every place in a file that stores something in anything: for containers whose name leads nowhere. */
export function allStores(file: SyntaxFile): Store[] {
  const stores: Store[] = [];
  const methods = [...STORE_METHODS.keys()].join('|');
  const pattern = new RegExp(`\\.(?:${methods})\\s*\\(|\\]\\s*(?:\\?\\?|\\|\\|)?=(?![=>])`, 'g');
  let places = 0;
  for (const match of file.text.matchAll(pattern)) {
    if (++places > MAX_PLACES) break;
    // The method's name, or the bracket that ends a subscript.
    const member = file.at(match.index + (match[0][0] === '.' ? 1 : 0))?.parent;
    const object = member?.childForFieldName('object');
    if (!member || !object) continue;
    const ref: Ref = { file, node: object, name: '', depth: 0, hops: 0, trust: 0.4 };
    const use =
      member.type === 'member_expression'
        ? memberUse(ref, member)
        : member.type === 'subscript_expression'
          ? subscriptUse(ref, member)
          : undefined;
    if (use?.store) stores.push(use.store);
  }
  return stores;
}
