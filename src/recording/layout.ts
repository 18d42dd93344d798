/** Where things lie in a recording folder. Paths in a recording use `/`. */

export const MANIFEST = 'recording.json';
export const EVENTS = 'events.ndjson';
export const SCRIPTS = 'scripts.json';

/** Suffix of a file that is still being written. */
export const PART = '.part';

const number = (index: number): string => String(index).padStart(4, '0');

export const snapshotFile = (index: number): string => `snapshots/${number(index)}.heapsnapshot`;
export const profileFile = (index: number): string => `profiles/${number(index)}.heapprofile`;
/** What is kept of an analysed snapshot; may be deleted at any time. */
export const CACHE = 'cache';
/** Into it V8 writes by itself, near its limit; there only while a program is recorded. */
export const NEAR_LIMIT = 'near-limit';
export const columnsFile = (index: number): string => `${CACHE}/${number(index)}.columns`;
export const sourceFile = (hash: string): string => `sources/${hash}.js`;

/** True for a path that this layout can hold: a recording from elsewhere must not lead out of its folder. */
export function isRecordingPath(path: unknown, folder: 'snapshots' | 'profiles' | 'sources'): path is string {
  return typeof path === 'string' && new RegExp(`^${folder}/[0-9A-Za-z]+\\.[a-z]+$`).test(path);
}
