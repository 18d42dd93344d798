import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { HeaplineError } from '../base/errors.ts';
import type { ScriptEntry } from '../protocol/recording.ts';
import type { RecordingWriter } from '../recording/writer.ts';
import type { ScriptParsed } from './cdp-types.ts';
import type { Inspector } from './inspector.ts';

/** Running texts that are saved at most, in number and UTF-16 units: templates and validators compile thousands. */
const MAX_SOURCES = 1000;
const MAX_LENGTH = 64e6;
/** Files that are compared at a time. */
const BATCH = 32;
/** What our own scripts are called: `heapline:target`. */
export const OWN_SCHEME = 'heapline:';

/**
 * The script map of a target, gathered over the whole recording: scripts come and go, snapshots name them by id.
 * The debugger is on only while it is read: it keeps the program's promises alive.
 */
export class ScriptCollector {
  private readonly entries = new Map<string, ScriptEntry>();
  private saved = 0;
  private savedLength = 0;

  constructor(private readonly writer: RecordingWriter) {}

  /**
   * Adds the scripts that are new, with the running text of those that are not as on disk, and writes the map.
   * @throws HeaplineError `target-gone` or `disk-full`
   */
  async collect(inspector: Inspector): Promise<void> {
    const fresh: ScriptParsed[] = [];
    await withDebugger(
      inspector,
      async () => {},
      (script) => {
        if (!this.entries.has(script.scriptId) && !script.url.startsWith('node:')) fresh.push(script);
      },
    );
    if (!fresh.length) return;
    for (const script of fresh) this.entries.set(script.scriptId, toEntry(script));
    const unsaved: ScriptParsed[] = [];
    for (let at = 0; at < fresh.length; at += BATCH) {
      const batch = fresh.slice(at, at + BATCH);
      const known = await Promise.all(
        batch.map((script) => script.url.startsWith(OWN_SCHEME) || isOnDisk(script)),
      );
      unsaved.push(...batch.filter((_, index) => !known[index]));
    }
    if (unsaved.length) {
      await withDebugger(inspector, async () => {
        for (const script of unsaved) await this.save(inspector, script);
      });
    }
    this.writer.scripts([...this.entries.values()]);
  }

  private async save(inspector: Inspector, { scriptId, length = 0 }: ScriptParsed): Promise<void> {
    if (this.saved >= MAX_SOURCES || this.savedLength + length > MAX_LENGTH) return;
    const entry = this.entries.get(scriptId)!;
    const text = await inspector.send('Debugger.getScriptSource', { scriptId }).then(
      ({ scriptSource }) => scriptSource,
      (error) => {
        if (HeaplineError.is(error)) throw error;
        return ''; // It was collected meanwhile.
      },
    );
    if (!text || text === (await textAt(entry.url))) return;
    entry.source = this.writer.source(entry.hash, text);
    this.saved++;
    this.savedLength += text.length;
  }
}

async function withDebugger(
  inspector: Inspector,
  work: () => Promise<void>,
  onScript: (script: ScriptParsed) => void = () => {},
): Promise<void> {
  const heard = inspector.on('Debugger.scriptParsed', onScript);
  try {
    await inspector.send('Debugger.enable');
    await work();
  } finally {
    heard.dispose();
    await inspector.send('Debugger.disable').catch(() => {});
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
