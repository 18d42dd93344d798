/** What the server would tell the extension, as small as it goes. */
import type { Finding, Findings } from '../../src/protocol/findings.ts';
import type { SnapshotEntry } from '../../src/protocol/recording.ts';
import type { RecordingInfo, TargetSpec } from '../../src/protocol/server.ts';

export function targetSpec(id: string, more: Partial<TargetSpec> = {}): TargetSpec {
  return { id, name: `${id}.js [7]`, kind: 'node', ...more };
}

export function recordingInfo(dir: string, more: Partial<RecordingInfo> = {}): RecordingInfo {
  return {
    dir,
    name: dir.slice(dir.lastIndexOf('/') + 1),
    createdAt: '2026-01-01T00:00:00.000Z',
    state: 'recording',
    title: 'agent.js [7]',
    durationMs: 12_000,
    steps: 0,
    snapshots: [],
    final: more.state === 'ended',
    problems: [],
    end: { reason: 'exit', exitCode: 0, t: 1000 },
    ...more,
  };
}

export function snapshotEntry(index: number, more: Partial<SnapshotEntry> = {}): SnapshotEntry {
  return {
    index,
    file: `snapshots/${String(index).padStart(4, '0')}.heapsnapshot`,
    bytes: 6_000_000,
    t: index * 1000,
    pauseMs: 400,
    activeMs: index * 600,
    reason: 'schedule',
    ...more,
  };
}

export function finding(more: Partial<Finding> = {}): Finding {
  return {
    id: 'f1',
    title: '`AgentMemory.messages` (Array) gained 5,000 objects.',
    kind: 'array',
    confidence: 0.95,
    reasons: ['It grew in every snapshot.'],
    owner: { className: 'Array', name: 'AgentMemory.messages', nodeId: 9 },
    retainingPath: [
      { edge: '', name: 'agent.js', className: 'Module', nodeId: 1 },
      { edge: '.messages', name: 'messages', className: 'Array', nodeId: 9 },
    ],
    growth: {
      bytes: 2_000_000,
      objects: 5000,
      bytesPerStep: 20_000,
      bytesPerSecond: 100_000,
      perSnapshot: [],
    },
    gained: [],
    storeSite: { url: 'file:///w/memory.js', path: '/w/memory.js', line: 6, column: 5 },
    allocationSites: [],
    advice: ['Keep only what is needed.'],
    ...more,
  };
}

export function verdict(more: Partial<Findings> = {}): Findings {
  return {
    format: 'heapline-findings/1',
    engine: '0.1.0',
    runtime: { name: 'node', version: 'v24.0.0' },
    verdict: 'leak',
    confidence: 0.95,
    reasons: ['It grew in every snapshot.'],
    growth: { bytes: 2_000_000, seconds: 20, slopeConfidence: 0.99 },
    findings: [finding()],
    ...more,
  };
}
