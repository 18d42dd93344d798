/** Whether a fix is one: the leaks of an earlier recording beside a new run. */
import { relative, resolve } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import { ENGINE_VERSION } from '../engine/version.ts';
import { compareRuns, type RunComparison } from '../protocol/compare-runs.ts';
import type { RecordingManifest } from '../protocol/recording.ts';
import type { ReportData } from '../protocol/report.ts';
import { printable } from '../protocol/wording.ts';
import { openRecording } from '../recording/reader.ts';
import { usage } from './args.ts';
import { EXIT_LEAK, EXIT_OK } from './exit.ts';
import { type Call, jsonOnStdout, kindOf, writeJson } from './io.ts';
import { nameOf } from './out-folder.ts';
import { capture, keepFindings, noSnapshot, running } from './record.ts';
import { painter, wantsColor } from './terminal.ts';
import { verdictOn } from './verdict.ts';
import { verifyJson, verifyText } from './verify-report.ts';

export async function verify(call: Call): Promise<number> {
  const { io, spec, values, words } = call;
  const baseline = recordingOf(call, 'baseline');
  if (!baseline)
    throw usage(spec, 'Which recording is from before the fix?', 'heapline verify --baseline REC -- CMD.');
  const later = recordingOf(call, 'after');
  if (later && words.length)
    throw usage(spec, 'With --after nothing is run.', 'Give either --after REC or -- CMD.');
  const { manifest } = await openRecording(baseline);
  const { data: before } = await verdictOn(call, { recordingDir: baseline });
  refuseWithoutLeak(before);
  const after = later ?? (await recordAgain(call, manifest));
  const { data, whole } = await verdictOn(call, { recordingDir: after });
  if (!later) keepFindings(after, whole);
  const comparison = compareRuns(before.findings, data.findings);
  const remarks = remarksOn(before, data, manifest, (await openRecording(after)).manifest);
  // What did not do the same work proves nothing by not growing.
  const outcome: RunComparison['outcome'] =
    comparison.outcome === 'fixed' && remarks.length ? 'inconclusive' : comparison.outcome;
  const result = { comparison: { ...comparison, outcome }, before, after: data, remarks };
  writeJson(call, verifyJson(result, ENGINE_VERSION));
  if (!jsonOnStdout(values)) {
    io.stdout.write(verifyText(result, painter(wantsColor(io.stdout, io.env)), io.cwd));
    if (!later) call.progress.line(`The recording: ${printable(relative(io.cwd, after) || after)}.`);
  }
  return outcome === 'fixed' ? EXIT_OK : EXIT_LEAK;
}

function recordingOf({ io, spec, values }: Call, option: string): string | undefined {
  const word = values.text(option);
  if (word === undefined) return undefined;
  if (kindOf(io, word) !== 'folder')
    throw usage(
      spec,
      `${word} is a file; a recording is a folder.`,
      `heapline verify --${option} NAME.heapline.`,
    );
  return resolve(io.cwd, word);
}

function refuseWithoutLeak({ findings, recording }: ReportData): void {
  if (findings.verdict === 'leak') return;
  const why = findings.verdict === 'no-leak' ? 'no leak' : 'inconclusive';
  throw new HeaplineError('usage', `${recording.name} names no leak (${why}): there is no fix to verify.`, {
    hint: 'heapline run --fail-on-leak tells whether a program leaks.',
  });
}

/** Runs the command given. That of the baseline is only shown: a file that came from elsewhere starts nothing. */
async function recordAgain(call: Call, { target, options }: RecordingManifest): Promise<string> {
  const { spec, values, words } = call;
  if (!words.length) {
    const before = target.command?.length ? ` The baseline ran: ${target.command.join(' ')}.` : '';
    throw usage(
      spec,
      `What is to be run?${before}`,
      'heapline verify --baseline REC -- CMD, or --after REC for a second recording.',
    );
  }
  const stepOn = values.regex('step-on') ?? patternOf(options.stepOn);
  const { folder, outcome } = await capture(call, nameOf(words), running(call, words, stepOn));
  if (!outcome.snapshots) throw outcome.failure ?? noSnapshot(outcome);
  return folder;
}

/** A regular expression as the manifest keeps it: `/turn done/`. */
function patternOf(text: unknown): RegExp | undefined {
  const [, source, flags] = (typeof text === 'string' && /^\/(.*)\/([a-z]*)$/s.exec(text)) || [];
  if (source === undefined) return undefined;
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined; // edited by hand: then there are no steps
  }
}

/** Share of the baseline's steps below which a run is another one. */
const LEAST_STEPS = 0.5;

/** Why the second run can't be compared with the first. */
function remarksOn(
  before: ReportData,
  after: ReportData,
  manifestBefore: RecordingManifest,
  manifestAfter: RecordingManifest,
): string[] {
  const remarks: string[] = [];
  const code = manifestAfter.end?.exitCode ?? 0;
  if (code && code !== (manifestBefore.end?.exitCode ?? 0))
    remarks.push(
      `The program failed this time (exit code ${code}): what it did may not be what it did before.`,
    );
  const [first, second] = [before, after].map(({ findings }) => findings.growth.steps);
  // Model calls and runs can't be compared.
  if (second && before.findings.growth.stepKind !== after.findings.growth.stepKind) return remarks;
  if (first && second === undefined)
    remarks.push(`The first run made ${first} steps; of the second none are known.`);
  if (first && second !== undefined && second < LEAST_STEPS * first)
    remarks.push(`The first run made ${first} steps, the second only ${second}: let it do the same work.`);
  return remarks;
}
