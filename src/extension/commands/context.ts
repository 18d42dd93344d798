/** What commands work with. */
import type { Deps } from '../deps.ts';
import type { Launches } from '../launches.ts';
import type { Panels } from '../panels/panels.ts';
import type { Recorder } from '../recorder.ts';
import type { Sessions } from '../sessions.ts';
import type { OpenSite } from '../sources.ts';

export interface CommandContext extends Deps {
  sessions: Sessions;
  recorder: Recorder;
  launches: Launches;
  panels: Panels;
  openSite: OpenSite;
  clearMarks(): void;
}

/** By the id's last part: `record` is the command `heapline.record`. Each takes what its menu gives. */
export type Handlers = Record<string, (...args: never[]) => unknown>;
