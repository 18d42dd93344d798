/** The verdict on a recording: growth, judgement, source lines, put together as what a report is made of. */

import { HeaplineError } from '../base/errors.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { AnalysisInput } from '../protocol/engine.ts';
import type { RecordingEvent, ScriptEntry, SnapshotEntry } from '../protocol/recording.ts';
import type { ReportData, ReportRecording } from '../protocol/report.ts';
import type { SamplingProfile } from '../recording/reader.ts';
import { ScriptMap } from '../source/script-map.ts';
import { SyntaxParser } from '../source/syntax.ts';
import { progressAxis } from './axis.ts';
import { composeFindings } from './compose.ts';
import { externalGrowth } from './external.ts';
import { measureGrowth } from './growth.ts';
import { readInput } from './input.ts';
import { judgeGrowth } from './judge.ts';
import { liveStacks } from './profile.ts';
import { withoutReleasedEnd } from './program-end.ts';
import { SiteFinder } from './sites.ts';
import { makeTimeline } from './timeline.ts';

/** What an analysis starts from, wherever it was kept. */
export interface AnalysisSource {
  recording: ReportRecording;
  recordingDir?: string;
  runtime: { name: string; version: string };
  /** Of one process with comparable ids, oldest first. */
  snapshots: SnapshotEntry[];
  /** Paths of their files. */
  files: string[];
  events: RecordingEvent[];
  scripts: ScriptEntry[];
  /** The last sampling profile. */
  profile?: SamplingProfile;
  /** What could not be used, in sentences. */
  warnings: string[];
}

/**
 * Analyses a recording folder, or snapshot files of one process in order of time.
 * @throws HeaplineError `not-found` without a usable snapshot; those of reading snapshots; `cancelled`
 */
export async function analyseRecording(input: AnalysisInput, task?: Task): Promise<ReportData> {
  return analyseSource(await readInput(input), task);
}

export async function analyseSource(whole: AnalysisSource, task?: Task): Promise<ReportData> {
  const source = withoutReleasedEnd(whole);
  if (source.files.length < 2) {
    throw new HeaplineError(
      'not-found',
      `${source.recording.name} holds ${source.files.length} whole snapshot(s); a verdict needs two.`,
      {
        hint: 'Record for longer, or look at the one with: heapline classes FILE',
      },
    );
  }
  const growth = await measureGrowth(source.files, task);
  const snapshots = source.snapshots.slice(growth.baseline);
  const axis = progressAxis(snapshots);
  const judgement = judgeGrowth(growth, axis.xs);
  const external = externalGrowth(snapshots, axis.xs, source.events);

  throwIfCancelled(task);
  task?.report?.({ phase: 'Searching the source', done: 0 });
  const map = new ScriptMap(source.scripts, source.recordingDir);
  const parser = await SyntaxParser.create();
  try {
    const since = snapshots[0].ordinal ?? 0;
    const stacks = source.profile ? liveStacks(source.profile, since) : [];
    const finder = new SiteFinder(map, parser, stacks);
    const { findings, sources } = await composeFindings({
      source,
      snapshots,
      axis,
      growth,
      judgement,
      external,
      finder,
      map,
    });
    return {
      findings,
      recording: source.recording,
      timeline: makeTimeline(whole.events, whole.snapshots),
      classes: { snapshots: snapshots.map((snapshot) => snapshot.index), rows: growth.classes },
      sources,
    };
  } finally {
    parser.dispose();
    map.dispose();
  }
}
