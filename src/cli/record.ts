/** The commands that record: run and attach. Then the verdict on what was recorded. */
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { constants } from 'node:os';
import { join, relative } from 'node:path';
import { type Disposable, DisposableStore, toDisposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import { formatBytes, formatDuration } from '../base/units.ts';
import { CaptureControls } from '../capture/controls.ts';
import type { CaptureHooks, CaptureOptions, CaptureOutcome } from '../capture/options.ts';
import { Follower } from '../engine/follower.ts';
import { budgetCrossed, gaveBack } from '../protocol/budget-words.ts';
import type { Findings } from '../protocol/findings.ts';
import type { RecordingEvent } from '../protocol/recording.ts';
import { printable, totalsText } from '../protocol/wording.ts';
import { replaceFile } from '../recording/disk.ts';
import { usage } from './args.ts';
import { budgetsOf } from './budgets.ts';
import { EXIT_OK, exitCodeOf, programExitCode, verdictExitCode } from './exit.ts';
import { htmlReport, textReport, withPictures } from './inspect.ts';
import { type Call, fileError, writeJson, writeOutput } from './io.ts';
import { chooseFolder, nameOf } from './out-folder.ts';
import { Prover } from './prover.ts';
import { tellError } from './tell.ts';
import { verdictOn } from './verdict.ts';
import { version } from './version.ts';

/** A sentence of ours with a path in it, in UTF-16 units. */
const MAX_NOTE = 4000;

export async function run(call: Call): Promise<number> {
  const { spec, values, words } = call;
  if (!words.length) throw usage(spec, 'Which program?', 'heapline run -- node app.js.');
  return record(call, nameOf(words), running(call, words, values.regex('step-on')));
}

/** Starts a program and records it. */
export function running({ io }: Call, command: string[], stepOn: RegExp | undefined): Start {
  return (options, hooks, keyboard) => {
    const stdin = keyboard ? 'ignore' : 'inherit';
    return io.recordRun({ ...options, command, stepOn, cwd: io.cwd, env: io.env, stdin }, hooks);
  };
}

export async function attach(call: Call): Promise<number> {
  const { io, spec, words } = call;
  if (words.length !== 1) throw usage(spec, 'Where does it listen?', 'heapline attach HOST:PORT.');
  return record(call, 'attach', (options, hooks) => io.recordAttached(words[0], options, hooks));
}

export type Start = (
  options: CaptureOptions,
  hooks: CaptureHooks,
  keyboard: boolean,
) => Promise<CaptureOutcome>;

/** Records, then gives the verdict. @returns the exit code */
async function record(call: Call, name: string, start: Start): Promise<number> {
  call.values.text('html');
  const { folder, outcome } = await capture(call, name, start);
  const programCode = call.spec.program ? programExitCode(outcome, constants.signals) : EXIT_OK;
  if (!outcome.snapshots && !hasProfiles(folder)) {
    const code = tellError(call.io, outcome.failure ?? noSnapshot(outcome));
    // With a failure the signal may be ours: a program that could not be recorded is ended.
    const own = outcome.failure && outcome.signal ? EXIT_OK : programCode;
    return own || code;
  }
  return conclude(call, folder, programCode, outcome);
}

/** Sampling profiles stand in the place of snapshots that did not fit. */
function hasProfiles(folder: string): boolean {
  const profiles = join(folder, 'profiles');
  return existsSync(profiles) && readdirSync(profiles).length > 0;
}

/** Records as the options say. @returns the recording's folder, and how the recording ended */
export async function capture(
  call: Call,
  name: string,
  start: Start,
): Promise<{ folder: string; outcome: CaptureOutcome }> {
  const { io, values } = call;
  const options = {
    every: values.duration('every'),
    snapshots: values.count('snapshots', 2),
    everySteps: values.count('every-steps'),
    atRuns: values.has('at-runs') || undefined,
    atSessions: values.has('at-sessions') || undefined,
    onGrowth: values.share('on-growth'),
    diskBudget: values.bytes('disk-budget'),
    pauseBudget: values.share('max-pause'),
    budgets: budgetsOf(call),
    samplingInterval: values.bytes('sample-every'),
    version: version(io.dist),
  };
  const { folder, earlier } = chooseFolder(io.cwd, values.text('out'), name, new Date());
  const shown = printable(relative(io.cwd, folder) || folder);
  const keyboard = Boolean(io.stdin.isTTY) && !values.has('stdin');
  const begun =
    `Recording into ${shown}. ${keyboard ? 'Enter takes a snapshot; ' : ''}Ctrl-C ends it.` +
    (earlier ? ` The recording that was there is now ${printable(relative(io.cwd, earlier))}.` : '');
  const joined = joinUser(call, keyboard, begun);
  const prover = values.has('prove') ? new Prover(call, folder) : undefined;
  const follower = new Follower(() => io.createEngine());
  const heard = { ...joined.hooks, follower };
  const hooks = prover ? joinProver(heard, prover) : heard;
  try {
    const outcome = await start({ ...options, out: folder }, hooks, keyboard);
    if (outcome.snapshots) prover?.tell();
    // Only the last one, which is always taken: its verdict would advise a longer run, which would not help.
    if (outcome.snapshots === 1 && options.everySteps !== undefined)
      call.progress.line(
        `No snapshot came of --every-steps ${options.everySteps}: fewer steps were told or seen. Tell them with --step-on, or leave the option out.`,
      );
    return { folder, outcome };
  } finally {
    joined.dispose();
    call.later.push(follower.settled().finally(() => follower.dispose()));
    prover?.dispose();
    if (earlier && !existsSync(folder)) renameSync(earlier, folder);
  }
}

/** Joins keyboard, signals and standard error to a recording. @param begun said as soon as there is a program */
function joinUser(
  { io, progress }: Call,
  keyboard: boolean,
  begun: string,
): { hooks: CaptureHooks } & Disposable {
  const joined = new DisposableStore();
  const controls = new CaptureControls();
  const listen = (emitter: NodeJS.EventEmitter, event: string, listener: () => void): void => {
    emitter.on(event, listener);
    joined.add(toDisposable(() => emitter.off(event, listener)));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    listen(io.signals, signal, () => controls.interrupt(signal));
  }
  listen(io.signals, 'SIGUSR2', () => controls.snapshot());
  if (keyboard) {
    listen(io.stdin, 'data', () => controls.snapshot());
    joined.add(toDisposable(() => io.stdin.pause()));
  }
  const onEvent = (event: RecordingEvent): void => {
    const text = eventText(event, begun);
    // What is an error is told under --quiet, too.
    if (event.type === 'note' && event.level === 'error') io.stderr.write(`heapline: ${text}\n`);
    else if (text) progress.line(text);
  };
  return { hooks: { controls, onEvent }, dispose: () => joined.dispose() };
}

function joinProver(hooks: CaptureHooks, prover: Prover): CaptureHooks {
  return {
    ...hooks,
    onEvent(event) {
      hooks.onEvent?.(event);
      prover.hear(event);
    },
    onRecording: (recording) => prover.begin(recording),
  };
}

function eventText(event: RecordingEvent, begun: string): string | undefined {
  switch (event.type) {
    case 'process':
      return event.event === 'start' && event.role === 'target' ? begun : undefined;
    case 'snapshot': {
      const step = event.step === undefined ? '' : ` after step ${event.step}`;
      return `Snapshot ${event.index}${step}: ${formatBytes(event.bytes)}, ${formatDuration(event.pauseMs)} pause.`;
    }
    case 'totals':
      return `Snapshot ${event.index}: ${totalsText(event)}.`;
    case 'budget':
      return budgetCrossed(event);
    case 'collected':
      return `${gaveBack(event)}.`;
    case 'note':
      return printable(event.message, MAX_NOTE);
    default:
      return undefined;
  }
}

export function noSnapshot({ reason }: CaptureOutcome): HeaplineError {
  return new HeaplineError(
    'target-gone',
    `The program ended (${reason}) before a first snapshot: there is nothing to analyse.`,
    { hint: 'Let it run for longer.' },
  );
}

/**
 * Analyses the recording and writes the verdict wherever it is asked for.
 * @returns the program's exit code where it is not 0; else what became of the verdict and of the recording
 */
async function conclude(
  call: Call,
  folder: string,
  programCode: number,
  { failure, snapshots }: CaptureOutcome,
): Promise<number> {
  const { io, values, progress } = call;
  const shown = relative(io.cwd, folder) || folder;
  try {
    const { data, whole } = await verdictOn(call, { recordingDir: folder });
    if (!values.has('quiet')) io.stderr.write(`\n${textReport(io, data, io.stderr)}`);
    keepFindings(folder, whole);
    const html = values.text('html');
    if (html) writeOutput(io, html, htmlReport(io, await withPictures(call, data, folder)));
    writeJson(call, data.findings);
    const places = `The recording: ${printable(shown)}${html ? `; the report: ${printable(html)}` : ''}.`;
    const cut = failure ? ` It was cut short: ${printable(failure.toLine(), MAX_NOTE)}` : '';
    progress.line(places + cut);
    if (programCode !== EXIT_OK) return programCode;
    const failing = verdictExitCode(values, data.findings);
    if (failing !== EXIT_OK) return failing;
    // A disk budget is the user's own wish, as long as something fitted.
    const isWished = failure?.code === 'too-large' && snapshots > 0;
    return failure && !isWished ? exitCodeOf(failure.code) : EXIT_OK;
  } catch (error) {
    const code = tellError(io, withRecording(error, shown));
    return programCode === EXIT_OK ? code : programCode;
  }
}

/** So that the recording is complete in itself. What is ignored may change: that is not decided here. */
export function keepFindings(folder: string, findings: Findings): void {
  const file = join(folder, 'findings.json');
  try {
    replaceFile(file, `${JSON.stringify(findings, null, 2)}\n`);
  } catch (error) {
    throw fileError(error, 'write', file);
  }
}

function withRecording(error: unknown, shown: string): unknown {
  if (!HeaplineError.is(error)) return error;
  const { code, message, hint } = error;
  const kept = [error.kept, `The recording is whole: ${shown}.`].filter(Boolean).join(' ');
  const more = [hint, `heapline open ${shown} analyses it again.`].filter(Boolean).join(' ');
  return new HeaplineError(code, message, { kept, hint: more, cause: error });
}
