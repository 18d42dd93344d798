import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { HeaplineError } from '../base/errors.ts';
import type { ScriptEntry } from '../protocol/recording.ts';
import type { RecordingWriter } from '../recording/writer.ts';
import type { ScriptParsed } from './cdp-types.ts';
import type { Inspector } from './inspector.ts';
import type { Probe } from './target.ts';

/** Running texts that are saved at most, in number and UTF-16 units: templates and validators compile thousands. */
const MAX_SOURCES = 1000;
const MAX_LENGTH = 64e6;
/** Files that are compared at a time. */
const BATCH = 32;
/** Scripts of debuggers: `heapline:target.cdp` and the like are ours, js-debug's end so, too. */
const OF_DEBUGGERS = '.cdp';

/**
 * The script map of a target, gathered over the whole recording: scripts come and go, snapshots name them by id.
 * The debugger is on only while it is read: it keeps the program's promises alive. In a session that is the user's
 * debugger's own it is on anyway, and not ours to turn off: there a session inside the target tells the scripts.
 */
export class ScriptCollector {
  private readonly entries = new Map<string, ScriptEntry>();
  private saved = 0;
  private savedLength = 0;

  constructor(
    private readonly writer: RecordingWriter,
    private readonly inspector: Inspector,
    private readonly probe: Probe,
  ) {}

  /**
   * Adds the scripts that are new, with the running text of those that are not as on disk, and writes the map.
   * @throws HeaplineError `target-gone` or `disk-full`
   */
  async collect(): Promise<void> {
    const fresh = (await this.list()).filter(
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
    if (unsaved.length) {
      await this.withDebugger(async () => {
        for (const script of unsaved) await this.save(script);
      });
    }
    this.writer.scripts([...this.entries.values()]);
  }

  private async list(): Promise<ScriptParsed[]> {
    if (this.inspector.shared) return this.probe.call('scripts');
    const found: ScriptParsed[] = [];
    const heard = this.inspector.on('Debugger.scriptParsed', (script) => found.push(script));
    try {
      await this.withDebugger(async () => {});
    } finally {
      heard.dispose();
    }
    return found;
  }

  /** Measured on Node 20 to 24: a second session's debugger, turned on and off, leaves the first one's as it is. */
  private async withDebugger(work: () => Promise<void>): Promise<void> {
    const { inspector } = this;
    if (inspector.shared) return work();
    try {
      await inspector.send('Debugger.enable');
      await work();
    } finally {
      await inspector.send('Debugger.disable').catch(() => {});
    }
  }

  private async save({ scriptId, length = 0 }: ScriptParsed): Promise<void> {
    if (this.saved >= MAX_SOURCES || this.savedLength + length > MAX_LENGTH) return;
    const entry = this.entries.get(scriptId)!;
    const text = await this.inspector.send('Debugger.getScriptSource', { scriptId }).then(
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
