import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ScriptEntry } from '../protocol/recording.ts';
import type { RecordingWriter } from '../recording/writer.ts';
import type { ScriptParsed } from './cdp-types.ts';
import type { Probe } from './target.ts';

/** Running texts that are saved at most, in number and UTF-16 units: templates and validators compile thousands. */
const MAX_SOURCES = 1000;
const MAX_LENGTH = 64e6;
/** Files that are compared at a time. */
const BATCH = 32;
/** UTF-16 units of texts that are asked for at a time, but for one that is longer. */
const BATCH_LENGTH = 1e6;
/** Scripts of debuggers: `heapline:target.cdp` and the like are ours, js-debug's end so, too. */
const OF_DEBUGGERS = '.cdp';

/**
 * The script map of a target, gathered over the whole recording: scripts come and go, snapshots name them by id.
 * A session inside the target tells them, within one call: a debugger left on keeps the program's promises alive,
 * and while ours is on, the user's does not skip what it was told to skip.
 */
export class ScriptCollector {
  private readonly entries = new Map<string, ScriptEntry>();
  private saved = 0;
  private savedLength = 0;

  constructor(
    private readonly writer: RecordingWriter,
    private readonly probe: Probe,
  ) {}

  /**
   * Adds the scripts that are new, with the running text of those that are not as on disk, and writes the map.
   * @throws HeaplineError `target-gone` or `disk-full`
   */
  async collect(): Promise<void> {
    const scripts = await this.probe.call('scripts');
    const fresh = scripts.filter(
      ({ scriptId, url }) => !this.entries.has(scriptId) && !url.startsWith('node:'),
    );
    if (!fresh.length) return;
    for (const script of fresh) this.entries.set(script.scriptId, toEntry(script));
    const unsaved: ScriptParsed[] = [];
    for (let at = 0; at < fresh.length; at += BATCH) {
      const batch = fresh.slice(at, at + BATCH);
      const known = await Promise.all(
        batch.map((script) => script.url.endsWith(OF_DEBUGGERS) || isOnDisk(script)),
      );
      unsaved.push(...batch.filter((_, index) => !known[index]));
    }
    await this.save(unsaved);
    this.writer.scripts([...this.entries.values()]);
  }

  private async save(scripts: ScriptParsed[]): Promise<void> {
    while (scripts.length) {
      const batch: ScriptParsed[] = [];
      let length = 0;
      while (scripts.length && batch.length < BATCH && length < BATCH_LENGTH) {
        const script = scripts.shift()!;
        if (this.saved >= MAX_SOURCES || this.savedLength + (script.length ?? 0) > MAX_LENGTH) continue;
        batch.push(script);
        length += script.length ?? 0;
        this.saved++;
        this.savedLength += script.length ?? 0;
      }
      const texts = await this.probe.call(
        'sources',
        batch.map(({ scriptId }) => scriptId),
      );
      for (const [index, { scriptId }] of batch.entries()) {
        const entry = this.entries.get(scriptId)!;
        const text = texts[index];
        if (text && text !== (await textAt(entry.url))) entry.source = this.writer.source(entry.hash, text);
      }
    }
  }
}

function toEntry({ scriptId, url, sourceMapURL, hash, isModule, length }: ScriptParsed): ScriptEntry {
  return {
    id: scriptId,
    url: url.startsWith('data:') ? `data:#${hash ?? scriptId}` : url,
    sourceMapUrl: sourceMapURL && !sourceMapURL.startsWith('data:') ? sourceMapURL : undefined,
    hash: hash || undefined,
    isModule: isModule || undefined,
    length,
  };
}

/** By V8's hash: SHA-256 of the text from Node 20 on. Before, by length, and for the user's own files by the text. */
async function isOnDisk({ url, hash, length }: ScriptParsed): Promise<boolean> {
  const text = await textAt(url);
  if (text === undefined) return false;
  if (hash?.length === 64) return createHash('sha256').update(text).digest('hex') === hash;
  return text.length === length && url.includes('/node_modules/');
}

async function textAt(url: string): Promise<string | undefined> {
  if (!url.startsWith('file:')) return undefined;
  try {
    return await readFile(fileURLToPath(url.replace(/[?#].*$/, '')), 'utf8');
  } catch {
    return undefined;
  }
}
