/** The tree of the Heapline view: which nodes there are. How they look is said in rows.ts. No `vscode` here. */
import type { Finding, PassedBudget, PathEntry, ProcessRow } from '../protocol/findings.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import type { RecordingInfo } from '../protocol/server.ts';
import { ignoredOf, leaksOf, type Model } from './model.ts';

/** `id` is stable, so that what is expanded stays so. */
export type Node =
  | { kind: 'target'; id: string; target: string }
  /** Its live memory. */
  | { kind: 'memory'; id: string; target: string }
  /** What is done with a target: nothing yet, or its recording. */
  | { kind: 'state'; id: string; target: string }
  | { kind: 'recordings'; id: string }
  | { kind: 'recording'; id: string; dir: string; latest: boolean }
  | { kind: 'finding'; id: string; dir: string; finding: Finding }
  /** A budget that was passed. */
  | { kind: 'budget'; id: string; dir: string; passed: PassedBudget }
  | { kind: 'path'; id: string; dir: string; entry: PathEntry }
  /** Child processes and workers that ran at the last look. */
  | { kind: 'processes'; id: string; dir: string }
  | { kind: 'process'; id: string; dir: string; process: ProcessRow }
  /** Pools of agents and sessions. */
  | { kind: 'sessions'; id: string; dir: string }
  | { kind: 'snapshots'; id: string; dir: string }
  | { kind: 'snapshot'; id: string; dir: string; snapshot: SnapshotEntry; previous?: SnapshotEntry }
  /** A sentence where there would be leaks. */
  | { kind: 'verdict'; id: string; dir: string };

export type NodeOf<K extends Node['kind']> = Extract<Node, { kind: K }>;

/** Those of the root for no node. */
export function childrenOf(model: Model, node: Node | undefined): Node[] {
  if (!node) {
    const targets: Node[] = model.targets.map(({ spec }) => ({
      kind: 'target',
      id: `target:${spec.id}`,
      target: spec.id,
    }));
    // The run that just ended stays in sight, until another is recorded.
    const ended = model.current.filter((recording) => isPast(model, recording));
    const nodes: Node[] = [
      ...targets,
      ...ended.map(({ dir }): Node => ({ kind: 'recording', id: `latest:${dir}`, dir, latest: true })),
    ];
    return hasPast(model) ? [...nodes, { kind: 'recordings', id: 'recordings' }] : nodes;
  }
  switch (node.kind) {
    case 'target': {
      const recording = model.recordingOf(node.target);
      const { target } = node;
      const rows: Node[] = [{ kind: 'state', id: `state:${target}`, target }];
      const { info, readings = [] } = model.target(target) ?? {};
      if (readings.length && info?.state !== 'failed' && info?.state !== 'gone')
        rows.unshift({ kind: 'memory', id: `memory:${target}`, target });
      return recording ? [...rows, ...contentOf(recording)] : rows;
    }
    case 'recordings':
      return earlier(model).map(({ dir }) => ({
        kind: 'recording',
        id: `recording:${dir}`,
        dir,
        latest: false,
      }));
    case 'recording': {
      const recording = model.recording(node.dir);
      return recording ? contentOf(recording) : [];
    }
    case 'finding':
      return node.finding.retainingPath.map((entry, index) => ({
        kind: 'path',
        id: `path:${node.dir}:${node.finding.id}:${index}`,
        dir: node.dir,
        entry,
      }));
    case 'processes':
      return (model.recording(node.dir)?.findings?.processes?.rows ?? []).map((process) => ({
        kind: 'process',
        id: `process:${node.dir}:${process.pid}:${process.thread ?? ''}:${process.started}`,
        dir: node.dir,
        process,
      }));
    case 'snapshots':
      return snapshotNodes(model.recording(node.dir));
    default:
      return [];
  }
}

/** Those on disk are listed only once somebody opens the node. */
function hasPast(model: Model): boolean {
  return earlier(model).length > 0 || model.unlisted;
}

/** The recordings that are not shown beside the targets. */
function earlier(model: Model): RecordingInfo[] {
  return model.recordings.filter((one) => isPast(model, one) && !model.current.includes(one));
}

/** No target's node shows it. */
function isPast(model: Model, { state, target }: RecordingInfo): boolean {
  return state === 'ended' || target === undefined || !model.target(target);
}

function contentOf(recording: RecordingInfo): Node[] {
  const { dir } = recording;
  const leaks = leaksOf(recording);
  const nodeOf = (finding: Finding): Node => ({
    kind: 'finding',
    id: `finding:${dir}:${finding.id}`,
    dir,
    finding,
  });
  const nodes: Node[] = leaks.length ? leaks.map(nodeOf) : [{ kind: 'verdict', id: `verdict:${dir}`, dir }];
  nodes.unshift(
    ...(recording.budgets ?? []).map((passed): Node => {
      const { budget, subject = '' } = passed;
      return { kind: 'budget', id: `budget:${dir}:${budget}:${subject}`, dir, passed };
    }),
  );
  nodes.push(...ignoredOf(recording).map(nodeOf));
  if (recording.findings?.processes?.rows.length)
    nodes.push({ kind: 'processes', id: `processes:${dir}`, dir });
  const { pools = [], held } = recording.sessions ?? {};
  if (pools.length || held) nodes.push({ kind: 'sessions', id: `sessions:${dir}`, dir });
  if (recording.snapshots.length) nodes.push({ kind: 'snapshots', id: `snapshots:${dir}`, dir });
  return nodes;
}

/** Latest first. */
function snapshotNodes(recording: RecordingInfo | undefined): Node[] {
  if (!recording) return [];
  const { dir, snapshots } = recording;
  return snapshots
    .map(
      (snapshot, index): Node => ({
        kind: 'snapshot',
        id: `snapshot:${dir}:${snapshot.index}`,
        dir,
        snapshot,
        previous: snapshots[index - 1],
      }),
    )
    .reverse();
}
