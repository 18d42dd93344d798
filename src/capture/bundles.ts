import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

type Bundle = 'preload.cjs' | 'target.cjs' | 'tap.cjs';

/** The text of a bundle, to be evaluated: it sets `module.exports`. @throws Error when it was not built */
export async function bundleText(name: Bundle): Promise<string> {
  return (await readFile(bundlePath(name), 'utf8')).replace(/^\/\/# sourceMappingURL=.*$/m, '');
}

/**
 * Path of a bundle that runs in the target: beside our own bundle, or in `dist/` when we run from the sources.
 * @throws Error when it was not built
 */
export function bundlePath(name: Bundle): string {
  for (const place of ['./', '../../dist/']) {
    const path = fileURLToPath(new URL(place + name, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error(`dist/${name} is missing: run "npm run build".`);
}
