import { readFileSync } from 'node:fs';

/** The package's version, read beside the bundles. */
export function version(dist: URL): string {
  const text = readFileSync(new URL('../package.json', dist), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
