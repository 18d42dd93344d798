import { readFile, stat } from 'node:fs/promises';
import { FlattenMap, originalPositionFor, type SourceMapInput, TraceMap } from '@jridgewell/trace-mapping';
import { toUrl, urlToPath } from './local-path.ts';

/** A map of this size is taken for a mistake. */
const MAX_MAP_BYTES = 256e6;

/** The URL in a script's last `//# sourceMappingURL=` comment, if only comments and blanks follow it. */
export function sourceMappingUrl(text: string): string | undefined {
  const at = text.lastIndexOf('sourceMappingURL=');
  if (at < 0) return undefined;
  const before = text.slice(Math.max(0, at - 8), at);
  if (!/(\/\/|\/\*)[#@]\s*$/.test(before)) return undefined;
  const rest = text.slice(at + 'sourceMappingURL='.length);
  const url = /^[^\s'"]*/.exec(rest)![0].replace(/\*\/$/, '');
  const after = rest.slice(url.length).replace(/^\s*\*\//, '');
  return url && /^(\s|\/\/[^\n\r]*|\/\*[^*]*\*\/)*$/.test(after) ? url : undefined;
}

/**
 * Reads a script's source map: an inline `data:` URL, or a file named relative to the script.
 * Index maps (`sections`) are flattened. Undefined where there is none, or it cannot be read or parsed:
 * a position in the running text is then the best there is.
 */
export async function loadSourceMap(reference: string, scriptUrl: string): Promise<TraceMap | undefined> {
  try {
    const base = toUrl(scriptUrl);
    const inline = /^data:[^,]*?(;base64)?,/i.exec(reference);
    let json: string;
    let mapUrl = base;
    if (inline) {
      const body = reference.slice(inline[0].length);
      json = inline[1] ? Buffer.from(body, 'base64').toString('utf8') : decodeURIComponent(body);
    } else {
      mapUrl = new URL(toUrl(reference), base).href;
      const path = urlToPath(mapUrl);
      if (!path || (await stat(path)).size > MAX_MAP_BYTES) return undefined;
      json = await readFile(path, 'utf8');
    }
    const map = JSON.parse(json.replace(/^\uFEFF?(\)\]\}[^\n]*\n)?/, '')) as RawMap;
    useUrls(map);
    return map.sections
      ? new FlattenMap(map as SourceMapInput, mapUrl)
      : new TraceMap(map as SourceMapInput, mapUrl);
  } catch {
    return undefined;
  }
}

interface RawMap {
  sources?: (string | null)[];
  sourceRoot?: string;
  sections?: { map: RawMap }[];
}

/** Windows paths among the sources would be taken for URLs with the scheme `c:`. */
function useUrls(map: RawMap): void {
  const windows = /^[A-Za-z]:[\\/]/;
  map.sources = map.sources?.map((source) => (source && windows.test(source) ? toUrl(source) : source));
  if (map.sourceRoot && windows.test(map.sourceRoot)) map.sourceRoot = toUrl(map.sourceRoot);
  for (const section of map.sections ?? []) useUrls(section.map);
}

/** Where a 0-based position in the running text was written: 0-based, with the source's resolved URL and the name that stands there. */
export function trace(
  map: TraceMap,
  line0: number,
  column0: number,
): { url: string; line0: number; column0: number; name?: string } | undefined {
  const found = originalPositionFor(map, { line: line0 + 1, column: column0 });
  if (found.source === null) return undefined;
  const name = found.name ?? undefined;
  return { url: found.source, line0: found.line - 1, column0: found.column, name };
}
