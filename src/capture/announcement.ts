/** What processes under `heapline run` leave in the rendezvous folder, and where. */

/** Names the folder in the environment of the command. */
export const RENDEZVOUS = 'HEAPLINE_RENDEZVOUS';
/** Holds the recorder's process id. */
export const RECORDER_FILE = 'recorder';
/** Who creates it first is the target. */
export const ELECTED_FILE = 'elected';
/** The target's announcement. */
export const TARGET_FILE = 'target.json';
/** Global of the target, there only while it waits: calling it lets the program begin. */
export const START_HOOK = '__heaplineStart';
/** Keeps `Debugger listening on` from the terminal. */
export const QUIET_FLAG = '--inspect-publish-uid=http';

export interface Announcement {
  role: 'target' | 'wrapper' | 'child';
  pid: number;
  ppid: number;
  argv: string[];
  /** The target's inspector. */
  url?: string;
  /** Why the target can't be recorded. */
  error?: string;
}

/** Names, in the environment, a flag in NODE_OPTIONS that is for the target alone. */
export const LIMIT_FLAG = 'HEAPLINE_LIMIT_FLAG';

/** The environment's NODE_OPTIONS with what we need. @param preload path of the preload bundle @param more a flag, quoted */
export function withPreload(nodeOptions: string | undefined, preload: string, more?: string): string {
  const quoted = `"${preload.replace(/[\\"]/g, '\\$&')}"`;
  return [nodeOptions, `--require ${quoted}`, QUIET_FLAG, more].filter(Boolean).join(' ');
}
