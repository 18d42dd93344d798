/** Whose code boxes belong to, and which colour that has. Pure. */

import type { Site } from '../../src/protocol/findings.ts';
import { type SiteOrigin, siteFile, siteLabel, siteOrigin } from '../../src/protocol/wording.ts';
import { type Box, everyBox } from './boxes.ts';

/** Colours that tell modules apart; what is beyond shares one. */
export const MODULE_COLOURS = 7;

export interface Module {
  name: string;
  origin: SiteOrigin;
}

/** `src/memory.ts` of your own code, a package by its name, the runtime's by its URL. */
export function moduleOf(site: Pick<Site, 'url' | 'path'>, cwd?: string): Module {
  const place: Site = { ...site, line: 1, column: 1 };
  const file = siteFile(place);
  const origin = siteOrigin(place);
  if (origin === 'user') return { name: siteLabel(place, cwd).replace(/:1:1$/, ''), origin };
  if (origin === 'runtime') return { name: file.split('/')[0] || 'runtime', origin };
  const parts = file.split(/[\\/]/);
  const at = parts.findLastIndex((part) => /^(node_modules|\.yarn|\.pnp)$/.test(part));
  const name = parts[at + 1] ?? file;
  return { name: name.startsWith('@') && parts[at + 2] ? `${name}/${parts[at + 2]}` : name, origin };
}

export interface ModuleColour {
  module: string;
  origin?: SiteOrigin;
  /** From 0; MODULE_COLOURS for those that share the last. */
  colour: number;
  /** What belongs to it and to nothing in it. */
  size: number;
}

/** Modules by what belongs to them, largest first. What belongs to none has no colour. */
export function moduleColours(root: Box): ModuleColour[] {
  const sums = new Map<string, ModuleColour>();
  for (const box of everyBox(root)) {
    if (box.module === '') continue;
    const own = box.size - box.children.reduce((sum, child) => sum + child.size, 0);
    const entry = sums.get(box.module);
    if (entry) entry.size += own;
    else sums.set(box.module, { module: box.module, origin: box.origin, colour: 0, size: own });
  }
  return [...sums.values()]
    .sort((a, b) => b.size - a.size || (a.module < b.module ? -1 : 1))
    .map((entry, i) => ({ ...entry, colour: Math.min(i, MODULE_COLOURS) }));
}

/** How strongly growth is shown: 0 for none, 1 for all of a box that is large itself. */
export function growthStrength(box: Box): number {
  if (!box.growth || box.size + Math.abs(box.growth) === 0) return 0;
  return Math.min(1, Math.abs(box.growth) / Math.max(1, box.size));
}
