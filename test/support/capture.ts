/** Programs recorded through the capture room's own doors. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { CaptureControls } from '../../src/capture/controls.ts';
import type { CaptureHooks, CaptureOutcome } from '../../src/capture/options.ts';
import { type RunOptions, recordRun } from '../../src/capture/run.ts';
import type { RecordingEvent } from '../../src/protocol/recording.ts';
import { openRecording, type Recording } from '../../src/recording/reader.ts';

export interface Recorded {
  outcome: CaptureOutcome;
  recording: Recording;
  stdout: string;
  stderr: string;
}

export class Collector extends Writable {
  text = '';
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface Watch {
  controls: CaptureControls;
  stdout: Collector;
}

/** A folder for programs and their recordings. */
export class Workshop {
  private count = 0;
  private constructor(readonly folder: string) {}

  static async open(): Promise<Workshop> {
    return new Workshop(await mkdtemp(join(tmpdir(), 'heapline-capture-')));
  }

  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text);
    return path;
  }

  nextOut(): string {
    return join(this.folder, `${++this.count}.heapline`);
  }

  /** @param onEvent hears the recording's events, and may act on it */
  async run(
    command: string[],
    options: Partial<RunOptions> = {},
    onEvent?: (event: RecordingEvent, watch: Watch) => void,
    hooks: CaptureHooks = {},
  ): Promise<Recorded> {
    const stdout = new Collector();
    const stderr = new Collector();
    const controls = new CaptureControls();
    const outcome = await recordRun(
      {
        command,
        out: this.nextOut(),
        version: '0.0.0',
        stdin: 'ignore',
        stdout,
        stderr,
        cwd: this.folder,
        ...options,
      },
      { controls, onEvent: (event) => onEvent?.(event, { controls, stdout }), ...hooks },
    );
    const recording = await openRecording(outcome.recordingDir);
    return { outcome, recording, stdout: stdout.text, stderr: stderr.text };
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The events of one type. */
export function ofType<T extends RecordingEvent['type']>(
  { events }: Pick<Recording, 'events'>,
  type: T,
): Extract<RecordingEvent, { type: T }>[] {
  return events.filter((event): event is Extract<RecordingEvent, { type: T }> => event.type === type);
}
