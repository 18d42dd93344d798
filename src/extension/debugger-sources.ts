/** A site among the sources that js-debug has loaded. Knows no editor. */
import { fileURLToPath } from 'node:url';
import type { Site } from '../protocol/findings.ts';

/** A DAP `Source`: the part of it that we use. */
export interface DebuggerSource {
  name?: string;
  path?: string;
  /** Above 0: its text is to be had from the debugger only. */
  sourceReference?: number;
}

/** The source of a site that only the debugger can show; undefined where there is none. */
export function sourceOf(site: Site, sources: readonly DebuggerSource[]): DebuggerSource | undefined {
  const names = namesOf(site);
  return sources.find(
    ({ path, sourceReference }) => path !== undefined && (sourceReference ?? 0) > 0 && names.has(path),
  );
}

/** The paths that js-debug gives to the code behind a site. */
function namesOf({ url, path }: Site): Set<string> {
  const names = new Set<string>([url]);
  if (path !== undefined) names.add(path);
  if (url.startsWith('file:')) {
    try {
      names.add(fileURLToPath(url));
    } catch {
      // another host's file: its URL stays
    }
  }
  const internal = /^node:(.+)$/.exec(url)?.[1];
  if (internal) {
    names.add(`<node_internals>/${internal}`);
    names.add(`<node_internals>/${internal}.js`);
  }
  return names;
}
