import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServedFolder } from '../protocol/server.ts';

/** The `file:` URL of what a page loaded, where that is served as it is from a folder; undefined elsewhere. */
export async function servedFile(
  url: string,
  text: string,
  served: ServedFolder | undefined,
): Promise<string | undefined> {
  if (!served || !URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  if (origin !== served.origin) return undefined;
  const folder = resolve(served.folder);
  try {
    const path = join(folder, decodeURIComponent(pathname));
    if (!path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return undefined;
    return (await readFile(path, 'utf8')) === text ? pathToFileURL(path).href : undefined;
  } catch {
    return undefined; // no such file, or an escape that no path has
  }
}
