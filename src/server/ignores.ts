import { dirname, isAbsolute, relative } from 'node:path';
import { addIgnore, applyIgnores, ignoreFolder, readIgnores, removeIgnore } from '../engine/ignore-file.ts';
import type { Finding, Findings } from '../protocol/findings.ts';
import type { IgnoreEntry } from '../protocol/ignore.ts';
import { openRecording } from '../recording/reader.ts';

/** What is ignored, by the nearest `.heapline/ignore.json` of where each program ran. Read anew each time. */
export class Ignores {
  /** The workspace's first folder: for programs of which no folder is known, as pages. */
  workspace?: string;

  /** @param whole as the engine gave it @param cwd the program's @param dir the recording's folder */
  apply(whole: Findings, cwd: string | undefined, dir: string): Findings {
    return applyIgnores(whole, readIgnores(this.folderOf(cwd, dir)));
  }

  /**
   * @param homes workspace folders: a new file goes into the one in which the program ran
   * @returns the file written @throws HeaplineError of addIgnore, and of reading the recording
   */
  async add(dir: string, entry: IgnoreEntry, homes: readonly string[] = []): Promise<string> {
    const folder = await this.folderOfRecording(dir);
    return addIgnore(
      entry,
      folder,
      homes.find((home) => isInside(folder, home)),
    );
  }

  /** @returns how many entries were taken out @throws HeaplineError of removeIgnore, and of reading the recording */
  async remove(dir: string, finding: Pick<Finding, 'id' | 'rule' | 'owner'>): Promise<number> {
    return removeIgnore(finding, await this.folderOfRecording(dir));
  }

  private async folderOfRecording(dir: string): Promise<string> {
    return this.folderOf((await openRecording(dir)).manifest.target.cwd, dir);
  }

  private folderOf(cwd: string | undefined, dir: string): string {
    return ignoreFolder(cwd, this.workspace ?? dirname(dir));
  }
}

function isInside(folder: string, home: string): boolean {
  const way = relative(home, folder);
  return way.split(/[\\/]/)[0] !== '..' && !isAbsolute(way);
}
