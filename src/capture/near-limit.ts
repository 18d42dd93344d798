/**
 * The snapshot that V8 takes by itself when its heap comes to its limit, also in a busy loop: Node writes it into its
 * folder for diagnostics, which is one of the recording while a program runs under us.
 */
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NEAR_LIMIT } from '../recording/layout.ts';
import type { RecordingWriter } from '../recording/writer.ts';

/** What else Node writes into that folder: who asks for one of these, or names a folder, is left alone. */
const OTHERS = /--(diagnostic-dir|cpu-prof|heap-prof|heapsnapshot)/;
const OURS = /^Heap\.[\w.]+\.heapsnapshot$/;

export interface AdoptedSnapshot {
  /** Where it lies. */
  path: string;
  bytes: number;
  /** Milliseconds: how long ago it began, and how long the program stood still for it. */
  ago: number;
  pauseMs: number;
}

export class NearLimit {
  /** For NODE_OPTIONS. */
  readonly flag: string;
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.flag = `"--diagnostic-dir=${folder.replace(/[\\"]/g, '\\$&')}"`;
  }

  /** Undefined where the folder is the program's own matter. @param nodeOptions of the environment */
  static for(
    writer: RecordingWriter,
    command: readonly string[],
    nodeOptions: string | undefined,
  ): NearLimit | undefined {
    if (OTHERS.test([nodeOptions, ...command].join(' '))) return undefined;
    const folder = writer.pathOf(NEAR_LIMIT);
    try {
      mkdirSync(folder);
      return new NearLimit(folder);
    } catch {
      return undefined; // the recording goes on without it
    }
  }

  /** Snapshots that V8 has taken since the last time that it was asked, as files that may not be whole. */
  found(now = Date.now()): AdoptedSnapshot[] {
    return this.names()
      .filter((name) => OURS.test(name))
      .map((name) => {
        const path = join(this.folder, name);
        const { size, birthtimeMs, mtimeMs } = statSync(path);
        const began = birthtimeMs > 0 && birthtimeMs <= mtimeMs ? birthtimeMs : mtimeMs;
        return { path, bytes: size, ago: Math.max(0, now - began), pauseMs: mtimeMs - began };
      });
  }

  /** What is not ours goes where it would have been without us; then the folder goes. @param cwd of the program */
  close(cwd: string): void {
    for (const name of this.names()) {
      if (OURS.test(name)) continue;
      const [from, to] = [join(this.folder, name), join(cwd, name)];
      try {
        renameSync(from, to);
      } catch {
        try {
          copyFileSync(from, to); // another disk
        } catch {
          return; // there it stays
        }
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private names(): string[] {
    try {
      return readdirSync(this.folder);
    } catch {
      return [];
    }
  }
}
