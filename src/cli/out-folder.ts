/** Where a recording is written, and what becomes of what is there. */
import { closeSync, existsSync, openSync, readdirSync, readSync, renameSync, rmSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import { RECORDING_FORMAT } from '../protocol/recording.ts';
import { fileError } from './io.ts';

const SUFFIX = '.heapline';

/**
 * The folder to record into: `out`, or a fresh NAME-<time>.heapline. An earlier recording there is moved to
 * `NAME.old.heapline`, in place of the one kept so before (as `perf record` does with its files).
 * @returns absolute folder, and where the earlier recording is now
 * @throws HeaplineError `usage` when there is anything else, which is left alone
 */
export function chooseFolder(
  cwd: string,
  out: string | undefined,
  name: string,
  now: Date,
): { folder: string; earlier?: string } {
  if (out === undefined) return { folder: freshFolder(cwd, name, now) };
  const folder = resolve(cwd, out);
  try {
    if (!existsSync(folder)) return { folder };
    if (!isFolderOf(folder, () => true)) throw occupied(out, 'a file');
    if (isFolderOf(folder, (entries) => entries.length === 0)) return { folder };
    if (!isRecording(folder)) throw occupied(out, 'a folder that is no recording');
    const earlier = `${folder.endsWith(SUFFIX) ? folder.slice(0, -SUFFIX.length) : folder}.old${SUFFIX}`;
    if (existsSync(earlier)) {
      if (!isRecording(earlier)) throw occupied(earlier, 'no recording');
      rmSync(earlier, { recursive: true });
    }
    renameSync(folder, earlier);
    return { folder, earlier };
  } catch (error) {
    throw fileError(error, 'write', out);
  }
}

/** `node --expose-gc src/agent.mjs` -> `agent`; `npm run dev` -> `npm`. */
export function nameOf(command: readonly string[]): string {
  const script = command.slice(1).find((word) => /\.[cm]?[jt]sx?$/.test(word));
  const base = basename(script ?? command[0] ?? 'recording');
  const name = (script ? base.slice(0, -extname(base).length) : base).replace(/[^\p{L}\p{N}._-]+/gu, '-');
  return name.replace(/^[.-]+/, '') || 'recording';
}

function freshFolder(cwd: string, name: string, now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  for (let n = 1; ; n++) {
    const folder = resolve(cwd, `${name}-${date}-${time}${n > 1 ? `-${n}` : ''}${SUFFIX}`);
    if (!existsSync(folder)) return folder;
  }
}

/** By its manifest, or where that was cut off or never written, by the events beside a folder of snapshots. */
function isRecording(folder: string): boolean {
  if (startOf(join(folder, 'recording.json')).includes(RECORDING_FORMAT.split('/')[0])) return true;
  return (
    startOf(join(folder, 'events.ndjson')).startsWith('{"type":') && existsSync(join(folder, 'snapshots'))
  );
}

function isFolderOf(path: string, fits: (entries: string[]) => boolean): boolean {
  try {
    return fits(readdirSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}

function startOf(file: string): string {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const buffer = Buffer.alloc(1000);
    return buffer.toString('utf8', 0, readSync(handle, buffer));
  } finally {
    closeSync(handle);
  }
}

function occupied(path: string, what: string): HeaplineError {
  return new HeaplineError('usage', `${path} is ${what}; it was left alone.`, {
    hint: 'Choose another --out.',
  });
}
