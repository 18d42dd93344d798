/** The verdict on a recording: growth, judgement, source lines, put together as what a report is made of. */

import { type ErrorCode, HeaplineError } from '../base/errors.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import { formatBytes } from '../base/units.ts';
import { type MeasuredAmount, passedBudgets } from '../protocol/budget-words.ts';
import type { AnalysisInput } from '../protocol/engine.ts';
import { FINDINGS_FORMAT } from '../protocol/findings.ts';
import type { ReportData } from '../protocol/report.ts';
import type { SessionsReport } from '../protocol/sessions.ts';
import { unticked } from '../protocol/wording.ts';
import { liveBySite } from '../recording/sampled-sites.ts';
import { ScriptMap } from '../source/script-map.ts';
import { SyntaxParser } from '../source/syntax.ts';
import { progressAxis } from './axis.ts';
import { composeFindings } from './compose.ts';
import { externalGrowth } from './external.ts';
import { flameTree, frameSite } from './flame.ts';
import { type HeapGrowth, measureGrowth } from './growth.ts';
import { readInput } from './input.ts';
import type { AnalysisSource } from './input-types.ts';
import { judgeGrowth } from './judge.ts';
import { type Cohorts, cohortsIn } from './ledger/cohorts.ts';
import { ledgerOf } from './ledger/read.ts';
import { withoutOwnTraces } from './own-traces.ts';
import { processEvidence } from './processes/evidence.ts';
import { memoryParts } from './processes/parts.ts';
import { liveStacks } from './profile.ts';
import { withoutReleasedEnd } from './program-end.ts';
import type { SecondCore } from './second-core.ts';
import { seenSteps, seenTimeline, stepEnds } from './seen-steps.ts';
import { sessionsAlone } from './sessions/alone.ts';
import { SessionPasses } from './sessions/passes.ts';
import { SiteFinder } from './sites.ts';
import { makeTimeline, thin } from './timeline.ts';
import { ENGINE_VERSION } from './version.ts';
import { checkMemory } from './within-memory.ts';

/**
 * Analyses a recording folder, or snapshot files of one process in order of time. Of a recording, what is damaged is
 * left out.
 * @throws HeaplineError of reading snapshots that were named one by one, `cancelled`
 */
export async function analyseRecording(
  input: AnalysisInput,
  task?: Task,
  core?: SecondCore,
): Promise<ReportData> {
  let source = await readInput(input);
  for (;;) {
    try {
      return await analyseSource(source, task, core);
    } catch (error) {
      const rest = 'recordingDir' in input ? withoutDamaged(source, error) : undefined;
      if (!rest) throw error;
      source = rest;
    }
  }
}

/** Functions that are named in place of a verdict. */
const MOST_SAMPLED = 3;
/** Rows of each kind in a report. */
const LEDGER_ROWS = 200;
const DAMAGES: readonly ErrorCode[] = ['not-found', 'not-a-snapshot', 'truncated', 'malformed'];

/** What is left without the snapshot that the error is about; undefined where it is about something else. */
function withoutDamaged(source: AnalysisSource, error: unknown): AnalysisSource | undefined {
  if (!HeaplineError.is(error) || !DAMAGES.includes(error.code)) return undefined;
  const at = source.files.indexOf(error.file ?? '');
  if (at < 0) return undefined;
  return {
    ...source,
    snapshots: source.snapshots.toSpliced(at, 1),
    files: source.files.toSpliced(at, 1),
    warnings: [...source.warnings, `A snapshot was left out. ${error.message}`],
  };
}

export async function analyseSource(
  whole: AnalysisSource,
  task?: Task,
  core?: SecondCore,
): Promise<ReportData> {
  const source = withoutReleasedEnd(whole);
  if (source.files.length < 2) {
    const undecidedYet = await undecided(source, await sessionsAlone(source, task, core));
    return { ...undecidedYet, ledger: await ledgerOf(source, LEDGER_ROWS) };
  }
  await checkMemory(source.files);
  const { budgets: limits = {} } = source;
  const { cacheEntries } = limits;
  const least = cacheEntries && Math.min(cacheEntries.warn ?? Infinity, cacheEntries.alert ?? Infinity);
  const passes = new SessionPasses(source);
  let cohorts: Cohorts | undefined;
  const measured = await measureGrowth({ ...source, cacheEntries: least }, task, core, passes, (graph) => {
    cohorts = cohortsIn(graph, source.events, source.snapshots.at(-1)!.index);
  });
  const growth = withoutOwnTraces(measured, source.scripts);
  const sessions = passes.report();
  const taken = source.snapshots.slice(growth.baseline);
  const seen = seenSteps(taken, source.events);
  const snapshots = seen?.snapshots ?? taken;
  const axis = progressAxis(snapshots, source.events);
  const times = axis.unit === 'allocated' ? snapshots.map(({ activeMs }) => activeMs) : undefined;
  const last = snapshots[snapshots.length - 1];
  const judgement = judgeGrowth(growth, axis.xs, {
    // What was seen may not be what the program's memory goes by.
    otherXs: seen ? progressAxis(taken, source.events).xs : times,
    ms: last.activeMs - snapshots[0].activeMs,
    unseenMs: source.unseenMs,
    steps: last.step,
  });
  const external = externalGrowth(snapshots, axis.xs, source.events);
  const steps = stepEnds(source.events, seen?.kind);
  const processes = await processEvidence(source, snapshots, axis.xs, steps);
  const parts = memoryParts(snapshots, axis.xs, source.events, processes?.all ?? []);

  throwIfCancelled(task);
  task?.report?.({ phase: 'Searching the source', done: 0 });
  const map = new ScriptMap(source.scripts, source.recordingDir);
  const parser = await SyntaxParser.create();
  try {
    const since = snapshots[0].ordinal ?? 0;
    const stacks = source.profile ? liveStacks(source.profile, since) : [];
    const finder = new SiteFinder(map, parser, stacks, growth.idle);
    const { findings, sources } = await composeFindings({
      source,
      snapshots,
      axis,
      stepKind: seen?.kind,
      growth,
      judgement,
      external,
      processes,
      parts,
      finder,
      map,
    });
    const budgets = passedBudgets(source.events, limits, measuredAmounts(growth));
    return {
      findings: budgets ? { ...findings, budgets } : findings,
      recording: source.recording,
      timeline: {
        ...makeTimeline(source.events, source.snapshots),
        ...(seen ? { steps: thin(seenTimeline(source.events, seen.kind)) } : {}),
      },
      classes: { snapshots: snapshots.map((snapshot) => snapshot.index), rows: growth.classes },
      ledger: await ledgerOf(source, LEDGER_ROWS, cohorts),
      sources,
      ...(source.profile && {
        flame: await flameTree(source.profile, since, (frame) => frameSite(frame, map)),
      }),
      ...(processes ? { processes: processes.report } : {}),
      ...(sessions ? { sessions } : {}),
    };
  } finally {
    parser.dispose();
    map.dispose();
  }
}

/** What budgets limit, and only snapshots tell. */
function measuredAmounts({ owners, caches = [] }: HeapGrowth): MeasuredAmount[] {
  return [
    ...owners
      // What V8 keeps for itself is nobody's.
      .filter(({ facts }) => !facts.display.startsWith('('))
      .map(({ facts, series }): MeasuredAmount => {
        const value = series[series.length - 1].objects;
        return { budget: 'ownerObjects', subject: facts.display, value };
      }),
    ...caches.map(({ name, entries }): MeasuredAmount => {
      return { budget: 'cacheEntries', subject: name, value: entries };
    }),
  ];
}

/** Where no snapshot fitted: what the sampling profile in its place tells. */
function mostSampled({ events, profile, scripts }: AnalysisSource): string[] {
  if (!profile || !events.some(({ type }) => type === 'left-out')) return [];
  const urls = new Map(scripts.map(({ id, url }) => [id, url]));
  const most = [...liveBySite(profile, urls)].sort((a, b) => b[1] - a[1]).slice(0, MOST_SAMPLED);
  const told = most.map(([site, bytes]) => `\`${unticked(site)}\` (${formatBytes(bytes)})`);
  return told.length
    ? [`By the last sampling profile, most of what is alive was allocated by ${told.join(', ')}.`]
    : [];
}

/** Without two snapshots there is no verdict; what was recorded is still shown. */
async function undecided(source: AnalysisSource, sessions?: SessionsReport): Promise<ReportData> {
  const processes = await processEvidence(source, source.snapshots, [], stepEnds(source.events));
  const budgets = passedBudgets(source.events, source.budgets ?? {}, []);
  const count = source.files.length === 1 ? 'Only one whole snapshot was' : 'No whole snapshot was';
  return {
    findings: {
      format: FINDINGS_FORMAT,
      engine: ENGINE_VERSION,
      runtime: source.runtime,
      verdict: 'inconclusive',
      confidence: 0,
      reasons: [
        `${count} recorded: a verdict needs two, and is sure with six. Let the program run longer.`,
        ...source.warnings,
        ...mostSampled(source),
      ],
      growth: { bytes: 0, seconds: 0, slopeConfidence: 0 },
      findings: [],
      ...(processes ? { processes: processes.facts } : {}),
      ...(budgets ? { budgets } : {}),
    },
    recording: source.recording,
    timeline: makeTimeline(source.events, source.snapshots),
    classes: { snapshots: [], rows: [] },
    ...(processes ? { processes: processes.report } : {}),
    ...(sessions ? { sessions } : {}),
  };
}
