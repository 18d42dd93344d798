import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The file that a script URL names (`file:` or a bare absolute path), whether it exists or not. */
export function urlToPath(url: string): string | undefined {
  if (url.startsWith('file:')) {
    try {
      return fileURLToPath(url);
    } catch {
      return undefined; // another host's file, or escapes that no path has
    }
  }
  return url.startsWith('/') || /^[A-Za-z]:[\\/]/.test(url) ? url : undefined;
}

/** A `file:` URL of a script URL that may be a bare path (CommonJS under old inspectors, source maps' sources). */
export function toUrl(urlOrPath: string): string {
  if (/^[A-Za-z]:[\\/]/.test(urlOrPath)) return `file:///${urlOrPath.replaceAll('\\', '/')}`;
  return urlOrPath.startsWith('/') ? pathToFileURL(urlOrPath).href : urlOrPath;
}

/**
 * The existing file behind a source's URL. Bundlers name sources with schemes of their own
 * (`webpack://app/./src/a.ts?1f2e`, `turbopack://[project]/src/a.ts`, `ng:///src/a.ts`): their path is looked for
 * beside the script and in the folders above it.
 */
export function existingPath(sourceUrl: string, scriptPath: string | undefined): string | undefined {
  const direct = urlToPath(sourceUrl);
  if (direct) return existsSync(direct) ? direct : undefined;
  const match = /^[a-z][a-z0-9+.-]+:\/\/(.*)$/i.exec(sourceUrl);
  if (!match || /^(https?|node|data|wasm):/i.test(sourceUrl) || !scriptPath) return undefined;
  const tail = decode(match[1].replace(/\?[^/]*$/, ''));
  const parts = tail
    .split('/')
    .filter((part) => part && part !== '.' && part !== '..' && part !== '[project]');
  // With or without the first part: `webpack://app/./src/a.ts` holds the bundle's name, `webpack:///src/a.ts` none.
  const relatives = [parts.slice(1), parts].filter((p) => p.length);
  for (let folder = dirname(scriptPath); ; folder = dirname(folder)) {
    for (const relative of relatives) {
      const path = resolve(folder, ...relative);
      if (existsSync(path)) return path;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
