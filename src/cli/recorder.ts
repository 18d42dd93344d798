/** What recording commands ask of the capture room. */
import type { RecordingEvent } from '../protocol/recording.ts';

export interface RecordingRequest {
  /** Absolute; new or empty. */
  folder: string;
  everyMs?: number;
  snapshots?: number;
  stepOn?: RegExp;
  everySteps?: number;
  onGrowth?: number;
  diskBudget?: number;
  pauseBudget?: number;
}

export interface RunRequest extends RecordingRequest {
  command: string[];
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  stdin: 'inherit' | 'ignore';
}

/** What a user can do while it records. */
export interface Controls {
  takeSnapshot(): void;
  /** Ends an attached recording; ends a program that we started as Ctrl-C does. */
  stop(): void;
}

export interface Recorded {
  exitCode?: number;
  signal?: string;
}

export interface Hooks {
  onEvent(event: RecordingEvent): void;
  onReady(controls: Controls): void;
}

export interface Recorder {
  run(request: RunRequest, hooks: Hooks): Promise<Recorded>;
  attach(address: { host: string; port: number }, request: RecordingRequest, hooks: Hooks): Promise<Recorded>;
}
