/** What a recording's folder is called: `2026-11-20 14.05.11 agent.heapline` sorts by time and is read by people. */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { diskError } from '../recording/disk.ts';

export const SUFFIX = '.heapline';
const LONGEST = 60;

/**
 * Makes a new folder, so that the name is taken. @param title what it is about, in anybody's words
 * @returns its path @throws HeaplineError `disk-full`, or `not-found` where it can't be made
 */
export function makeFolder(parent: string, title: string, now: Date): string {
  try {
    mkdirSync(parent, { recursive: true });
    for (let n = 1; ; n++) {
      const dir = join(parent, `${stamp(now)} ${safe(title)}${n > 1 ? ` ${n}` : ''}${SUFFIX}`);
      try {
        mkdirSync(dir);
        return dir;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } catch (error) {
    throw diskError(error, parent);
  }
}

/** The title in a folder's name; undefined for names that are not of our making. */
export function titleOf(dir: string): string | undefined {
  return /^\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d (.+)\.heapline$/u.exec(basename(dir))?.[1];
}

function stamp(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  return `${date} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('.')}`;
}

/** Without what some system forbids in names, or what would lead elsewhere. */
function safe(title: string): string {
  const plain = title.replace(/[\p{C}<>:"/\\|?*]+/gu, ' ').replace(/\s+/g, ' ');
  const cut = [...plain.trim()]
    .slice(0, LONGEST)
    .join('')
    .replace(/[. ]+$/, '');
  return cut || 'recording';
}
