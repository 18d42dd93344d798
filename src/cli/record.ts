/** The commands that record: run and attach. Then the verdict on what was recorded. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join, relative } from 'node:path';
import { DisposableStore, toDisposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import { formatBytes, formatDuration } from '../base/units.ts';
import type { RecordingEvent } from '../protocol/recording.ts';
import type { ReportData } from '../protocol/report.ts';
import { printable } from '../protocol/wording.ts';
import { usage } from './args.ts';
import { EXIT_LEAK, EXIT_OK, programExitCode } from './exit.ts';
import { htmlReport, textReport } from './inspect.ts';
import { ask, type Call, fileError, writeJson, writeOutput } from './io.ts';
import { chooseFolder, nameOf } from './out-folder.ts';
import type { Controls, Hooks, Recorded, RecordingRequest } from './recorder.ts';
import { tellError } from './tell.ts';

export async function run(call: Call): Promise<number> {
  const { io, spec, values, words } = call;
  if (!words.length) throw usage(spec, 'Which program?', 'heapline run -- node app.js.');
  const request = readRequest(call, nameOf(words));
  const keyboard = io.stdin.isTTY && !values.has('stdin');
  const recorded = await record(call, request.folder, (hooks) =>
    io.recorder.run(
      { ...request, command: words, cwd: io.cwd, env: io.env, stdin: keyboard ? 'ignore' : 'inherit' },
      hooks,
    ),
  );
  return conclude(call, request.folder, programExitCode(recorded, constants.signals));
}

export async function attach(call: Call): Promise<number> {
  const { io, spec, words } = call;
  if (words.length !== 1) throw usage(spec, 'Where does it listen?', 'heapline attach HOST:PORT.');
  const address = readAddress(words[0]);
  if (!address) {
    throw usage(spec, `\`${words[0]}\` is no address.`, 'heapline attach HOST:PORT, as 127.0.0.1:9229.');
  }
  const request = readRequest(call, `port-${address.port}`);
  await record(call, request.folder, (hooks) => io.recorder.attach(address, request, hooks));
  return conclude(call, request.folder, EXIT_OK);
}

/** `127.0.0.1:9229`, `[::1]:9229`, `9229`, or the `ws://` address that Node prints. */
export function readAddress(text: string): { host: string; port: number } | undefined {
  const match = /^(?:wss?:\/\/|https?:\/\/)?(?:(\[[0-9a-f:.]+\]|[^\s:/[\]]+):)?(\d{1,5})(?:\/.*)?$/i.exec(
    text,
  );
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65535) return undefined;
  return { host: match[1]?.replace(/^\[|\]$/g, '') ?? '127.0.0.1', port };
}

function readRequest(call: Call, name: string): RecordingRequest {
  const { io, values, progress } = call;
  const schedule = {
    everyMs: values.duration('every'),
    snapshots: values.count('snapshots'),
    stepOn: values.regex('step-on'),
    everySteps: values.count('every-steps'),
    onGrowth: values.share('on-growth'),
    diskBudget: values.bytes('disk-budget'),
    pauseBudget: values.share('max-pause'),
  };
  values.text('html');
  const { folder, earlier } = chooseFolder(io.cwd, values.text('out'), name, new Date());
  if (earlier) progress.line(`Kept the earlier recording as ${printable(relative(io.cwd, earlier))}.`);
  return { folder, ...schedule };
}

/** Records, with the keyboard, signals and events joined to it. */
async function record(
  call: Call,
  folder: string,
  start: (hooks: Hooks) => Promise<Recorded>,
): Promise<Recorded> {
  const { io, values, progress } = call;
  const joined = new DisposableStore();
  const listen = (
    emitter: NodeJS.EventEmitter,
    event: string,
    listener: (...args: unknown[]) => void,
  ): void => {
    emitter.on(event, listener);
    joined.add(toDisposable(() => emitter.off(event, listener)));
  };
  let controls: Controls | undefined;
  // From the first moment: a Ctrl-C must not end us before what was recorded is whole.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) listen(io.signals, signal, () => controls?.stop());
  listen(io.signals, 'SIGUSR2', () => controls?.takeSnapshot());
  const keyboard = Boolean(io.stdin.isTTY) && !values.has('stdin');
  if (keyboard) {
    listen(io.stdin, 'data', () => controls?.takeSnapshot());
    joined.add(toDisposable(() => io.stdin.pause()));
  }
  progress.line(
    `Recording into ${printable(relative(io.cwd, folder) || folder)}. ` +
      `${keyboard ? 'Enter takes a snapshot; ' : ''}Ctrl-C ends it.`,
  );
  try {
    return await start({
      onReady: (ready) => {
        controls = ready;
      },
      onEvent: (event) => {
        const text = eventText(event);
        if (text) progress.line(text);
      },
    });
  } finally {
    joined.dispose();
  }
}

function eventText(event: RecordingEvent): string | undefined {
  switch (event.type) {
    case 'snapshot': {
      const step = event.step === undefined ? '' : ` after step ${event.step}`;
      return `Snapshot ${event.index}${step}: ${formatBytes(event.bytes)}, ${formatDuration(event.pauseMs)} pause.`;
    }
    case 'note':
      return event.level === 'info' ? undefined : printable(event.message);
    default:
      return undefined;
  }
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
    keepFindings(folder, data);
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
function keepFindings(folder: string, data: ReportData): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'findings.json'), `${JSON.stringify(data.findings, null, 2)}\n`);
  } catch (error) {
    throw fileError(error, 'write', join(folder, 'findings.json'));
  }
}

function withRecording(error: unknown, shown: string): unknown {
  if (!HeaplineError.is(error)) return error;
  const { code, message, hint } = error;
  const kept = [error.kept, `The recording is whole: ${shown}.`].filter(Boolean).join(' ');
  const more = [hint, `heapline open ${shown} analyses it again.`].filter(Boolean).join(' ');
  return new HeaplineError(code, message, { kept, hint: more, cause: error });
}
