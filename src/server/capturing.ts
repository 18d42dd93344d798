/** What the server needs of the capture room; `captureRoom` in main.ts is the real one. */
import type { Inspector } from '../capture/inspector.ts';
import type { CaptureOptions, CaptureOutcome } from '../capture/options.ts';
import type { ScheduleOptions } from '../capture/schedule.ts';
import type {
  RecordingEvent,
  RecordingManifest,
  SnapshotEntry,
  SnapshotReason,
} from '../protocol/recording.ts';
import type { RecordingOptions } from '../protocol/server.ts';

export interface ProxyAddress {
  host: string;
  port: number;
  path: string;
}

export interface Reached {
  inspector: Inspector;
  via: 'inspector' | 'proxy';
}

export interface Memory {
  heapUsed: number;
  heapTotal: number;
  external: number;
  arrayBuffers: number;
  rss: number;
}

export interface Identity {
  pid?: number;
  version?: string;
}

export interface LiveOptions extends CaptureOptions {
  mode: RecordingOptions['mode'];
  warmUp?: number;
  beforeLimit?: number;
  forceGC?: boolean;
  target?: RecordingManifest['target'];
}

export interface SnapshotProgress {
  index: number;
  reason: SnapshotReason;
  phase: 'waiting' | 'taking' | 'saving';
  done?: number;
  total?: number;
  bytes: number;
}

export interface LiveHooks {
  onEvent?(event: RecordingEvent): void;
  onSnapshot?(progress: SnapshotProgress | undefined): void;
}

export interface Live {
  readonly done: Promise<CaptureOutcome>;
  setMode(mode: RecordingOptions['mode'], schedule?: ScheduleOptions): void;
  takeSnapshot(signal?: AbortSignal): Promise<SnapshotEntry>;
  cancelSnapshot(): void;
  stop(options?: { lastSnapshot?: boolean }): Promise<CaptureOutcome>;
  abandon(): Promise<CaptureOutcome>;
}

export interface Capturing {
  connectProxy(proxy: ProxyAddress): Promise<Inspector>;
  reachTarget(proxy: ProxyAddress): Promise<Reached>;
  reachInspector(address: string): Promise<Inspector>;
  readMemory(inspector: Inspector): Promise<Memory>;
  readIdentity(inspector: Inspector): Promise<Identity>;
  startRecording(inspector: Inspector, options: LiveOptions, hooks: LiveHooks): Promise<Live>;
}
