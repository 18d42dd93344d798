import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Path of a bundle that runs in the target: beside our own bundle, or in `dist/` when we run from the sources.
 * @throws Error when it was not built
 */
export function bundlePath(name: 'preload.cjs' | 'target.cjs'): string {
  for (const place of ['./', '../../dist/']) {
    const path = fileURLToPath(new URL(place + name, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error(`dist/${name} is missing: run "npm run build".`);
}
