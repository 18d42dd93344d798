/** What stands around the views: a browser with a file in it, or the editor. */

import type { Site } from '../src/protocol/findings.ts';
import type { PanelCommand } from '../src/protocol/panel.ts';
import type { Ask } from './ask.ts';

export interface Host {
  copy(text: string): Promise<void>;
  /** Asks the engine. Absent in a report. */
  ask?: Ask;
  /** Absent where links into the editor have to do. */
  editor?: {
    openSite(site: Site, beside: boolean): void;
    command(command: PanelCommand): void;
    /** Compares two snapshots of the recording, by their numbers, the earlier first. */
    compare(before: number, after: number): void;
    /** Opens the page of a named rule. */
    openRule(id: string): void;
    /** Stops what is loading. */
    cancel(): void;
    retry(): void;
  };
}
