import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { TraceMap } from '@jridgewell/trace-mapping';
import type { Site } from '../protocol/findings.ts';
import type { ScriptEntry } from '../protocol/recording.ts';
import { existingPath, urlToPath } from './local-path.ts';
import { loadSourceMap, sourceMappingUrl, trace } from './source-map.ts';
import { isInstalled } from './user-code.ts';

const MAX_SCRIPT_BYTES = 128e6;

/** The target's scripts: their running text, and positions in it as sites in the sources that people wrote. */
export class ScriptMap {
  private readonly entries = new Map<string, ScriptEntry>();
  private readonly byUrl = new Map<string, ScriptEntry>();
  private readonly texts = new Map<string, Promise<string | undefined>>();
  private readonly maps = new Map<string, Promise<TraceMap | undefined>>();

  /**
   * Nothing is read until it is asked for.
   * @param recordingDir where `source` paths of the entries start
   */
  constructor(
    readonly scripts: ScriptEntry[],
    private readonly recordingDir?: string,
  ) {
    for (const entry of scripts) {
      this.entries.set(String(entry.id), entry);
      if (entry.url) this.byUrl.set(entry.url, entry);
    }
  }

  byId(scriptId: number | string): ScriptEntry | undefined {
    return this.entries.get(String(scriptId));
  }

  /** The last script loaded from that URL. */
  atUrl(url: string): ScriptEntry | undefined {
    return this.byUrl.get(url);
  }

  /**
   * The running text, as V8 counts it: what the recording stored, else the file at the script's URL.
   * Undefined where neither is there, or the file is no longer the one that was loaded.
   */
  text(entry: ScriptEntry): Promise<string | undefined> {
    return remember(this.texts, entry.id, () => this.readText(entry));
  }

  /**
   * A 0-based position in the running text (as in a snapshot's `locations`) as a site: through the source map
   * where there is one. Code of installed packages stays in the file that runs: that is what is there to open and
   * to patch, and its map often leads to files that were never shipped. Undefined for an unknown script and one without a URL.
   */
  async site(
    scriptId: number | string,
    line0: number,
    column0: number,
    extra: { function?: string; evidence?: string } = {},
  ): Promise<Site | undefined> {
    const entry = this.byId(scriptId);
    if (!entry?.url) return undefined;
    const more = {
      ...(extra.function ? { function: extra.function } : {}),
      ...(extra.evidence ? { evidence: extra.evidence } : {}),
    };
    const scriptPath = urlToPath(entry.url);
    const map = isInstalled(entry.url) ? undefined : await this.sourceMap(entry);
    const original = map && trace(map, line0, column0);
    if (original) {
      const path = existingPath(original.url, scriptPath);
      return {
        url: original.url,
        ...(path ? { path } : {}),
        line: original.line0 + 1,
        column: original.column0 + 1,
        ...more,
      };
    }
    // CommonJS text keeps its byte order mark, and V8 counts it; editors don't.
    const mark = line0 === 0 && column0 > 0 && (await this.text(entry))?.charCodeAt(0) === 0xfeff ? 1 : 0;
    const exists = scriptPath !== undefined && existsSync(scriptPath);
    return {
      url: entry.url,
      ...(exists ? { path: scriptPath } : {}),
      line: line0 + 1,
      column: column0 + 1 - mark,
      ...more,
    };
  }

  /** Whether a source map says how the script was written. */
  async hasSourceMap(scriptId: number | string): Promise<boolean> {
    const entry = this.byId(scriptId);
    return entry !== undefined && !isInstalled(entry.url) && (await this.sourceMap(entry)) !== undefined;
  }

  /** What the name at a 0-based position in the running text is called in the source; undefined where no map tells. */
  async nameAt(scriptId: number | string, line0: number, column0: number): Promise<string | undefined> {
    const entry = this.byId(scriptId);
    const map = entry && (await this.sourceMap(entry));
    return map && trace(map, line0, column0)?.name;
  }

  /** Forgets texts and maps; the map can be used again. */
  dispose(): void {
    this.texts.clear();
    this.maps.clear();
  }

  private sourceMap(entry: ScriptEntry): Promise<TraceMap | undefined> {
    return remember(this.maps, entry.id, async () => {
      // `data:` URLs are not in scripts.json: the text holds them.
      const reference = entry.sourceMapUrl || sourceMappingUrl((await this.text(entry)) ?? '');
      return reference ? loadSourceMap(reference, entry.url) : undefined;
    });
  }

  private async readText(entry: ScriptEntry): Promise<string | undefined> {
    if (entry.source && this.recordingDir) {
      const folder = resolve(this.recordingDir);
      const stored = resolve(join(folder, entry.source));
      // scripts.json may come from elsewhere: it names files of its own recording only.
      const text = stored.startsWith(folder + sep) ? await readLimited(stored) : undefined;
      if (text !== undefined) return text;
    }
    const path = urlToPath(entry.url);
    let text = path && (await readLimited(path));
    // Node drops the byte order mark of ES modules and keeps that of CommonJS (measured on 20 and 24).
    if (text && entry.isModule && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    // The file was changed after it was loaded: positions in it would be wrong.
    return entry.length === undefined || entry.length === text?.length ? text : undefined;
  }
}

async function readLimited(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return size <= MAX_SCRIPT_BYTES ? await readFile(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function remember<V>(cache: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> {
  let value = cache.get(key);
  if (!value) {
    value = make();
    cache.set(key, value);
  }
  return value;
}
