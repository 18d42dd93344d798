import type { SnapshotReason, TotalsFacts } from '../protocol/recording.ts';
import type { ServedFolder } from '../protocol/server.ts';
import type { BudgetOptions } from './budget-keeper.ts';
import type { LastSeen } from './end-cause.ts';
import type { NearLimit } from './near-limit.ts';
import type { ScheduleOptions } from './schedule.ts';
import type { TakingProgress } from './snapshot.ts';
import type { RoomSources } from './snapshot-room.ts';
import type { InstallOptions } from './target.ts';

export interface RecorderOptions extends ScheduleOptions {
  /** Mean bytes between two samples of the heap profiler: 32768 unless told. */
  samplingInterval?: number;
  /** Collect garbage before each snapshot, so that what is being finalized is gone: true unless told. */
  forceGC?: boolean;
  /** What the program may take before that is told. */
  budgets?: BudgetOptions;
  /** What memory and disk there is, where others than the machine's own figures are to count. */
  room?: RoomSources;
}

/** How far the snapshot under way is. */
export interface SnapshotProgress extends TakingProgress {
  index: number;
  reason: SnapshotReason;
}

/** Reads snapshots while they are written. */
export interface SnapshotFollower {
  /** A snapshot's file is about to grow; one before that is not whole came to nothing. */
  begin(file: string): void;
  /** It is whole, as `file`. @returns what it holds, where that can be told; never rejects */
  whole(index: number, file: string, reason: SnapshotReason): Promise<TotalsFacts | undefined>;
  /** The one under way came to nothing. */
  giveUp(): void;
}

export interface RecorderStart extends RecorderOptions, InstallOptions {
  /** No snapshots but those asked for, and the last. */
  manual?: boolean;
  /** Where the files of a page lie. */
  served?: ServedFolder;
  /** After `stop` objects are still found by their ids, until `forget`. */
  keepIds?: boolean;
  follower?: SnapshotFollower;
  /** Where V8 leaves a snapshot of its own. */
  nearLimit?: NearLimit;
  /** Hears of the snapshot under way; undefined when it is over. */
  onSnapshot?(progress: SnapshotProgress | undefined): void;
}

/** How a recording came to its end. */
export type RecorderEnd =
  | { by: 'hold'; exitCode?: number; signal?: string }
  /** The connection was lost. */
  | { by: 'gone'; seen: LastSeen }
  /** We were asked to. `lost`: the connection was, before a last snapshot that was wanted, or none was. */
  | { by: 'stop'; lost?: LastSeen };
