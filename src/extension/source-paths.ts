/** Paths of sites and documents on this machine. */
import { realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Site } from '../protocol/findings.ts';

/** The file of a site on this machine, whether it exists or not: its path, else a `file:` URL's. */
export function sitePath(site: Site): string | undefined {
  if (site.path !== undefined) return isAbsolute(site.path) ? site.path : undefined;
  if (!/^file:/i.test(site.url)) return undefined;
  try {
    return fileURLToPath(site.url);
  } catch {
    return undefined; // another host's file, or escapes that no path has
  }
}

/**
 * What two paths of one file have in common: links followed and the file system's own spelling where it exists,
 * drive letters and case made alike on Windows.
 */
export async function fileKey(path: string, platform = process.platform): Promise<string> {
  return spelledAlike(isShare(path) ? path : await realpath(path).catch(() => path), platform);
}

/** A path on another machine: following it would call on that machine, and the path may come from a recording. */
function isShare(path: string): boolean {
  return /^[\\/]{2}/.test(path);
}

export function spelledAlike(path: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    return path
      .replace(/^[\\/]{2}\?[\\/](?=[a-z]:)/i, '')
      .replaceAll('/', '\\')
      .toLowerCase();
  }
  return platform === 'darwin' ? path.normalize('NFC') : path;
}
