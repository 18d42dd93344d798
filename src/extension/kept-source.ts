/** Which text of a recording is that of a site. Knows no editor. */
import type { Site } from '../protocol/findings.ts';
import type { ScriptsFile } from '../protocol/recording.ts';
import { sitePath } from './source-paths.ts';

/** Whether it is a name that recordings give to kept text: nothing else in a recording, and nothing outside, is read. */
export function keptSourceName(source: string): boolean {
  return /^sources\/[\w-]+\.js$/.test(source);
}

/** The kept text's name in the recording, `sources/HASH.js`; of several the script loaded last. */
export function keptSource(site: Site, { scripts }: ScriptsFile): string | undefined {
  const path = sitePath(site);
  const entry = scripts.findLast(
    ({ url, source }) =>
      source !== undefined &&
      keptSourceName(source) &&
      (url === site.url ||
        url === site.path ||
        (path !== undefined && path === sitePath({ ...site, path: undefined, url }))),
  );
  return entry?.source;
}
