import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ScriptEntry } from '../../../src/protocol/recording.ts';
import { ScriptMap } from '../../../src/source/script-map.ts';
import type { ScriptPosition, StoreQuery } from '../../../src/source/store-types.ts';

/** Files in a folder of their own, as the scripts 1, 2, ... of a target. */
export class Scripts {
  readonly dir = mkdtempSync(join(tmpdir(), 'heapline-source-'));
  readonly map: ScriptMap;
  private readonly names: string[];

  constructor(
    readonly files: Record<string, string>,
    more: Record<string, Partial<ScriptEntry>> = {},
  ) {
    this.names = Object.keys(files);
    const entries: ScriptEntry[] = [];
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.dir, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      entries.push({ id: String(entries.length + 1), url: pathToFileURL(path).href, ...more[name] });
    }
    this.map = new ScriptMap(entries);
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** Where `needle` (its only occurrence, or the n-th) starts: 0-based. */
  at(needle: string, name = this.names[0], nth = 0): ScriptPosition {
    const text = this.files[name];
    let offset = text.indexOf(needle);
    for (let i = 0; i < nth; i++) offset = text.indexOf(needle, offset + 1);
    if (offset < 0) throw new Error(`${name} has no ${needle}`);
    const before = text.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
    return {
      scriptId: this.names.indexOf(name) + 1,
      line0: before.length - 1,
      column0: before.at(-1)!.length,
    };
  }

  /** The text of the line at a position. */
  line(at: ScriptPosition): string {
    return this.files[this.names[at.scriptId - 1]].split(/\r\n|[\n\r\u2028\u2029]/)[at.line0];
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function query(name: string, more: Partial<StoreQuery> = {}): StoreQuery {
  return {
    holder: 'field',
    name,
    container: 'unknown',
    gainedAt: [],
    gainedClasses: [],
    frames: [],
    scripts: [1, 2, 3, 4],
    ...more,
  };
}
