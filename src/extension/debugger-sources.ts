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

/** The source of a site that only the debugger can show, of several the one loaded last; undefined where there is none. */
export function sourceOf(site: Site, sources: readonly DebuggerSource[]): DebuggerSource | undefined {
  const names = namesOf(site);
  return sources.findLast(
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
  // What is neither a file nor a URL is named like Node's own code, too: `vm` scripts, `//# sourceURL=`.
  names.add(`<node_internals>/${url.replace(/^node:/, '').replace(/\?.*$/, '')}`);
  const web = webName(url);
  if (web) names.add(web);
  return names;
}

/** `http://localhost:3000/app.js` -> `localhost꞉3000/app.js`, as js-debug names what comes from elsewhere. */
function webName(url: string): string | undefined {
  if (!URL.canParse(url) || /^(file|node|data):/i.test(url)) return undefined;
  const { hostname, port, pathname, searchParams } = new URL(url);
  const query = searchParams.toString();
  const name = `${hostname}${port && `\uA789${port}`}${pathname}${query && `?${query}`}`;
  return name.endsWith('/') ? `${name}(index)` : name;
}
