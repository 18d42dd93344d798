/** Parts of recordings, judgements and owners for tests, each with what a test does not care about filled in. */
import type { SeriesPoint } from '../../../src/analysis/growth-verdict.ts';
import type { HeapGrowth, HeapTotals, OwnerGrowth } from '../../../src/engine/growth.ts';
import { IdleFunctions } from '../../../src/engine/idle-functions.ts';
import type { AnalysisSource } from '../../../src/engine/input-types.ts';
import type { OwnerFacts } from '../../../src/engine/owner-facts.ts';
import type { RecordingEvent, SnapshotEntry } from '../../../src/protocol/recording.ts';

export function snapshot(index: number, more: Partial<SnapshotEntry> = {}): SnapshotEntry {
  return {
    index,
    file: `snapshots/000${index}.heapsnapshot`,
    bytes: 1000,
    t: 1000 * index,
    pauseMs: 100,
    activeMs: 900 * index,
    reason: 'schedule',
    ...more,
  };
}

export function snapshotEvent(entry: SnapshotEntry): RecordingEvent {
  const { activeMs, ...event } = entry;
  return { type: 'snapshot', ...event };
}

export function memory(t: number, more: { heapUsed?: number; external?: number } = {}): RecordingEvent {
  return {
    type: 'memory',
    t,
    heapUsed: 5e6,
    heapTotal: 9e6,
    external: 1e6,
    arrayBuffers: 0,
    rss: 5e7,
    ...more,
  };
}

export function source(more: Partial<AnalysisSource>): AnalysisSource {
  const snapshots = more.snapshots ?? [];
  return {
    recording: { name: 'test', durationMs: 0, pausedMs: 0 },
    runtime: { name: 'node', version: 'v20.0.0' },
    snapshots,
    files: snapshots.map(({ file }) => file),
    events: [],
    scripts: [],
    warnings: [],
    ...more,
  };
}

export function facts(more: Partial<OwnerFacts> = {}): OwnerFacts {
  return {
    kind: 'array',
    display: 'AgentMemory.history',
    containerClass: 'Array',
    nodeId: 77,
    holder: { how: 'field', name: 'history', className: 'AgentMemory' },
    path: [
      { edge: '', name: 'agent', className: 'Agent', nodeId: 11 },
      { edge: '.history', name: 'history', className: 'Array', nodeId: 77 },
    ],
    heldBy: [],
    gained: [{ className: 'Message', objects: 100, bytes: 6400, places: [] }],
    entries: [{ className: 'Message', share: 1 }],
    partPlaces: [],
    also: [],
    alike: 1,
    ...more,
  };
}

/** Objects at each snapshot; 100 bytes each. */
export function owner(objects: number[], more: Partial<OwnerGrowth> = {}): OwnerGrowth {
  return { facts: facts(), measuredItself: true, series: measures(objects), ...more };
}

export function measures(objects: number[]): HeapTotals[] {
  return objects.map((count) => ({ objects: count, bytes: 100 * count }));
}

/** The heap holds 10,000 other objects throughout. */
export function growth(owners: OwnerGrowth[]): HeapGrowth {
  const totals = owners[0].series.map((_, i) => ({
    objects: 10_000 + owners.reduce((sum, one) => sum + one.series[i].objects, 0),
    bytes: 1e6 + owners.reduce((sum, one) => sum + one.series[i].bytes, 0),
  }));
  return {
    baseline: 0,
    owners,
    totals,
    scripts: totals.map(() => 100),
    idle: new IdleFunctions(),
    classes: [],
  };
}

export function xs(points: readonly (SeriesPoint | unknown)[]): number[] {
  return points.map((_, i) => 10 * i);
}
