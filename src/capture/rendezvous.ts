import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './alive.ts';
import { type Announcement, RECORDER_FILE } from './announcement.ts';

/** Announcements that are passed on at most: a program may start thousands of processes. */
const MAX_ANNOUNCEMENTS = 1000;
const PREFIX = 'heapline-run-';
const QUICK_MS = 10;
const SLOW_MS = 250;

/** A private folder where the processes of a command tell that they exist. */
export class Rendezvous {
  readonly folder: string;
  private readonly seen = new Set<string>();
  private timer?: NodeJS.Timeout;
  private quick = true;

  /** @param onAnnouncement called once for each process */
  constructor(private readonly onAnnouncement: (announcement: Announcement) => void) {
    sweep();
    this.folder = mkdtempSync(join(tmpdir(), PREFIX));
    writeFileSync(join(this.folder, RECORDER_FILE), String(process.pid));
    this.later();
  }

  /** Looks for announcements that came since the last look. */
  look(): void {
    let names: string[] = [];
    try {
      names = readdirSync(this.folder).filter((name) => name.endsWith('.json') && !this.seen.has(name));
    } catch {
      // Someone cleaned the folder for temporary files: then nobody comes any more.
    }
    for (const name of names) {
      if (this.seen.size >= MAX_ANNOUNCEMENTS) return;
      this.seen.add(name);
      const announcement = this.read(name);
      if (!announcement) continue;
      if (announcement.role === 'target') this.quick = false;
      this.onAnnouncement(announcement);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private later(): void {
    this.timer = setTimeout(
      () => {
        this.look();
        this.later();
      },
      this.quick ? QUICK_MS : SLOW_MS,
    );
  }

  private read(name: string): Announcement | undefined {
    try {
      return JSON.parse(readFileSync(join(this.folder, name), 'utf8'));
    } catch {
      return undefined;
    }
  }
}

/** Takes away the folders of recorders that were killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    try {
      if (!isAlive(Number(readFileSync(join(folder, RECORDER_FILE), 'utf8'))))
        rmSync(folder, { recursive: true });
    } catch {
      // It is another user's, or just being made.
    }
  }
}
