/** The commands that record: run and attach. Then the verdict on what was recorded. */
import { existsSync, renameSync } from 'node:fs';
import { constants } from 'node:os';
import { join, relative } from 'node:path';
import { type Disposable, DisposableStore, toDisposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import { formatBytes, formatDuration } from '../base/units.ts';
import { CaptureControls } from '../capture/controls.ts';
import type { CaptureHooks, CaptureOptions, CaptureOutcome } from '../capture/options.ts';

import type { Findings } from '../protocol/findings.ts';
import type { RecordingEvent } from '../protocol/recording.ts';
import { printable } from '../protocol/wording.ts';
import { replaceFile } from '../recording/disk.ts';
import { usage } from './args.ts';
import { EXIT_LEAK, EXIT_OK, programExitCode } from './exit.ts';
import { htmlReport, textReport } from './inspect.ts';
import { ask, type Call, fileError, writeJson, writeOutput } from './io.ts';
import { chooseFolder, nameOf } from './out-folder.ts';
import { tellError } from './tell.ts';
import { version } from './version.ts';

/** A sentence of ours with a path in it, in UTF-16 units. */
const MAX_NOTE = 4000;

export async function run(call: Call): Promise<number> {
  const { io, spec, values, words } = call;
  if (!words.length) throw usage(spec, 'Which program?', 'heapline run -- node app.js.');
  const stepOn = values.regex('step-on');
  return record(call, nameOf(words), (options, hooks, keyboard) =>
    io.recordRun(
      {
        ...options,
        command: words,
        stepOn,
        cwd: io.cwd,
        env: io.env,
        stdin: keyboard ? 'ignore' : 'inherit',
      },
      hooks,
    ),
  );
}

export async function attach(call: Call): Promise<number> {
  const { io, spec, words } = call;
  if (words.length !== 1) throw usage(spec, 'Where does it listen?', 'heapline attach HOST:PORT.');
  return record(call, 'attach', (options, hooks) => io.recordAttached(words[0], options, hooks));
}

type Start = (options: CaptureOptions, hooks: CaptureHooks, keyboard: boolean) => Promise<CaptureOutcome>;

/** Records, then gives the verdict. @returns the exit code */
async function record(call: Call, name: string, start: Start): Promise<number> {
  const { io, values, progress } = call;
  const options = {
    every: values.duration('every'),
    snapshots: values.count('snapshots', 2),
    everySteps: values.count('every-steps'),
    onGrowth: values.share('on-growth'),
    diskBudget: values.bytes('disk-budget'),
    pauseBudget: values.share('max-pause'),
    version: version(io.dist),
  };
  values.text('html');
  const { folder, earlier } = chooseFolder(io.cwd, values.text('out'), name, new Date());
  const shown = printable(relative(io.cwd, folder) || folder);
  const keyboard = Boolean(io.stdin.isTTY) && !values.has('stdin');
  progress.line(
    `Recording into ${shown}. ${keyboard ? 'Enter takes a snapshot; ' : ''}Ctrl-C ends it.` +
      (earlier ? ` The recording that was there is now ${printable(relative(io.cwd, earlier))}.` : ''),
  );
  const joined = joinUser(call, keyboard);
  let outcome: CaptureOutcome;
  try {
    outcome = await start({ ...options, out: folder }, joined.hooks, keyboard);
  } finally {
    joined.dispose();
    if (earlier && !existsSync(folder)) renameSync(earlier, folder);
  }
  if (!outcome.snapshots) {
    const code = tellError(io, outcome.failure ?? noSnapshot(outcome));
    // A signal may be ours: a program that could not be recorded is ended.
    return (call.spec.program && outcome.exitCode) || code;
  }
  return conclude(call, folder, call.spec.program ? programExitCode(outcome, constants.signals) : EXIT_OK);
}

/** Joins keyboard, signals and standard error to a recording. */
function joinUser({ io, progress }: Call, keyboard: boolean): { hooks: CaptureHooks } & Disposable {
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
    const text = eventText(event);
    // What is an error is told under --quiet, too.
    if (event.type === 'note' && event.level === 'error') io.stderr.write(`heapline: ${text}\n`);
    else if (text) progress.line(text);
  };
  return { hooks: { controls, onEvent }, dispose: () => joined.dispose() };
}

function eventText(event: RecordingEvent): string | undefined {
  switch (event.type) {
    case 'snapshot': {
      const step = event.step === undefined ? '' : ` after step ${event.step}`;
      return `Snapshot ${event.index}${step}: ${formatBytes(event.bytes)}, ${formatDuration(event.pauseMs)} pause.`;
    }
    case 'note':
      return printable(event.message, MAX_NOTE);
    default:
      return undefined;
  }
}

function noSnapshot({ reason }: CaptureOutcome): HeaplineError {
  return new HeaplineError(
    'target-gone',
    `The program ended (${reason}) before a first snapshot: there is nothing to analyse.`,
    { hint: 'Let it run for longer.' },
  );
}

/**
 * Analyses the recording and writes the verdict wherever it is asked for.
 * @returns the program's exit code where it is not 0; else what became of the verdict
 */
async function conclude(call: Call, folder: string, programCode: number): Promise<number> {
  const { io, values, progress } = call;
  const shown = relative(io.cwd, folder) || folder;
  try {
    const data = await ask(call, 'analyse', { recordingDir: folder });
    if (!values.has('quiet')) io.stderr.write(`\n${textReport(io, data, io.stderr)}`);
    keepFindings(folder, data.findings);
    const html = values.text('html');
    if (html) writeOutput(io, html, htmlReport(io, data));
    writeJson(call, data.findings);
    progress.line(`The recording: ${printable(shown)}${html ? `; the report: ${printable(html)}` : ''}.`);
    if (programCode === EXIT_OK && values.has('fail-on-leak') && data.findings.verdict === 'leak') {
      return EXIT_LEAK;
    }
  } catch (error) {
    const code = tellError(io, withRecording(error, shown));
    if (programCode === EXIT_OK) return code;
  }
  return programCode;
}

/** So that the recording is complete in itself. */
function keepFindings(folder: string, findings: Findings): void {
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
