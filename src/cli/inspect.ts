/** The commands that read what is there: open, diff, path, classes, report. */
import { readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import { formatBytes } from '../base/units.ts';
import { memoryNeed } from '../engine/memory-need.ts';
import { withBoxes } from '../engine/report-boxes.ts';
import type { AnalysisInput } from '../protocol/engine.ts';
import type { ReportData } from '../protocol/report.ts';
import type { SnapshotSummary } from '../protocol/tables.ts';
import { availableMemory } from '../recording/memory-there.ts';
import { renderHtml } from '../report/html.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderText } from '../report/text.ts';
import { type CommandSpec, usage } from './args.ts';
import { EXIT_OK, verdictExitCode } from './exit.ts';
import {
  ask,
  type Call,
  fileError,
  type Io,
  jsonOnStdout,
  kindOf,
  withEngine,
  writeJson,
  writeOutput,
} from './io.ts';
import { classesText, detailsText, diffText, type Look } from './tables.ts';
import { painter, wantsColor, widthOf } from './terminal.ts';
import { verdictOn } from './verdict.ts';

const TOP = 30;
/** Reading a larger file takes long enough to be told what it takes. */
const LARGE = 1e9;

export async function open(call: Call): Promise<number> {
  const { io, spec, values, words } = call;
  if (!words.length) throw usage(spec, 'Which recording or snapshots?', 'heapline open PATH...');
  const folders = words.filter((word) => kindOf(io, word) === 'folder');
  if (folders.length && words.length > 1)
    throw usage(spec, `${folders[0]} is a folder: a recording is opened alone.`);
  if (words.length === 1 && !folders.length) {
    const file = resolve(io.cwd, words[0]);
    await announce(call, [file]);
    showSummary(call, await ask(call, 'summary', { file }), TOP);
    return EXIT_OK;
  }
  const input: AnalysisInput = folders.length
    ? { recordingDir: resolve(io.cwd, words[0]) }
    : { snapshotFiles: words.map((word) => resolve(io.cwd, word)) };
  if ('snapshotFiles' in input) await announce(call, input.snapshotFiles);
  const { data } = await verdictOn(call, input);
  writeJson(call, data.findings);
  if (!jsonOnStdout(values) && !values.has('quiet')) io.stdout.write(textReport(io, data));
  return verdictExitCode(values, data.findings);
}

export async function classes(call: Call): Promise<number> {
  const [file] = snapshotWords(call, ['FILE']);
  const top = call.values.count('top', 0);
  await announce(call, [file]);
  const summary = await ask(call, 'summary', { file });
  showSummary(call, summary, top);
  return EXIT_OK;
}

/** Says beforehand what large files will take. */
async function announce({ progress }: Call, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const need = await memoryNeed(file);
    if (!need || need.fileBytes < LARGE) continue;
    const [size, whole, there] = [need.fileBytes, need.whole, availableMemory()].map(formatBytes);
    progress.line(`${basename(file)} (${size}) takes about ${whole} of memory; ${there} are available.`);
  }
}

function showSummary(call: Call, summary: SnapshotSummary, top: number | undefined): void {
  const { io, values } = call;
  writeJson(call, {
    format: 'heapline-classes/1',
    ...summary,
    classes: top ? summary.classes.slice(0, top) : summary.classes,
  });
  if (jsonOnStdout(values)) return;
  for (const problem of summary.problems) call.progress.line(`${basename(summary.file)}: ${problem}`);
  io.stdout.write(classesText(summary, top ?? TOP, look(io)));
}

export async function diff(call: Call): Promise<number> {
  const [before, after] = snapshotWords(call, ['BEFORE', 'AFTER']);
  const top = call.values.count('top', 0);
  await announce(call, [before, after]);
  const result = await ask(call, 'diff', { before, after });
  writeJson(call, {
    format: 'heapline-diff/1',
    ...result,
    rows: top ? result.rows.slice(0, top) : result.rows,
  });
  if (jsonOnStdout(call.values)) return EXIT_OK;
  for (const warning of result.warnings) call.progress.line(warning);
  call.io.stdout.write(diffText(result, top ?? TOP, look(call.io)));
  return EXIT_OK;
}

export async function path(call: Call): Promise<number> {
  const [file, id] = snapshotWords(call, ['FILE', '@ID']);
  const paths = call.values.count('paths') ?? 1;
  const nodeId = parseNodeId(call.spec, id, 'heapline path FILE @18231');
  const details = await ask(call, 'details', { file, nodeId, paths });
  writeJson(call, { format: 'heapline-path/1', ...details });
  if (!jsonOnStdout(call.values)) call.io.stdout.write(detailsText(details, look(call.io)));
  return EXIT_OK;
}

/** @throws HeaplineError `usage` */
export function parseNodeId(spec: CommandSpec, id: string, example: string): number {
  const nodeId = Number(id.replace('@', ''));
  if (!/^@?\d+$/.test(id) || !Number.isSafeInteger(nodeId))
    throw usage(spec, `\`${id}\` is no object id.`, `An id looks like @18231: ${example}.`);
  return nodeId;
}

export async function report(call: Call): Promise<number> {
  const { io, spec, values, words } = call;
  if (words.length !== 1) throw usage(spec, 'Which recording?', 'heapline report RECORDING [-o FILE].');
  if (kindOf(io, words[0]) !== 'folder')
    throw usage(
      spec,
      `${words[0]} is a file; a report is made of a recording, which is a folder.`,
      'For snapshot files: heapline open FILE...',
    );
  const file = values.text('output');
  const format = values.oneOf('format', ['text', 'markdown', 'html']) ?? formatOf(file);
  const { data } = await verdictOn(call, { recordingDir: resolve(io.cwd, words[0]) });
  writeJson(call, data.findings);
  if (!file && jsonOnStdout(values)) return EXIT_OK;
  const rendered =
    format === 'html'
      ? htmlReport(io, await withPictures(call, data, resolve(io.cwd, words[0])))
      : format === 'markdown'
        ? renderMarkdown(data)
        : file
          ? renderText(data, { color: false, width: 100, cwd: io.cwd })
          : textReport(io, data);
  if (file) {
    writeOutput(io, file, rendered);
    call.progress.line(`Wrote ${file} (${formatBytes(Buffer.byteLength(rendered))}).`);
  } else io.stdout.write(rendered);
  return EXIT_OK;
}

function formatOf(file: string | undefined): 'text' | 'markdown' | 'html' {
  const extension = file ? extname(file).toLowerCase() : '';
  if (extension === '.html' || extension === '.htm') return 'html';
  return extension === '.md' || extension === '.markdown' ? 'markdown' : 'text';
}

export function textReport(io: Io, data: ReportData, output = io.stdout): string {
  return renderText(data, { color: wantsColor(output, io.env), width: widthOf(output) ?? 100, cwd: io.cwd });
}

/** With the pictures of a page that can't ask for them. */
export function withPictures(call: Call, data: ReportData, dir: string): Promise<ReportData> {
  return withEngine(call, (ask) => withBoxes(data, dir, (params) => ask('heap/boxes', params)));
}

/** One page that needs nothing else. */
export function htmlReport(io: Io, data: ReportData): string {
  const asset = (name: string): string => {
    try {
      return readFileSync(new URL(name, io.dist), 'utf8');
    } catch (error) {
      throw fileError(error, 'read', name);
    }
  };
  return renderHtml(data, { script: asset('report.js'), style: asset('report.css') });
}

/** As many words as there are names, of which those not starting with `@` are snapshot files; made absolute. */
export function snapshotWords({ io, spec, words }: Call, names: readonly string[]): string[] {
  if (words.length !== names.length) {
    const missing = names[words.length];
    throw usage(
      spec,
      missing ? `${missing} is missing.` : `One word too many: \`${words[names.length]}\`.`,
      `heapline ${spec.name} ${names.join(' ')}.`,
    );
  }
  return words.map((word, i) => {
    if (names[i].startsWith('@')) return word;
    if (kindOf(io, word) === 'folder')
      throw new HeaplineError('not-a-snapshot', `${word} is a folder, not a snapshot.`, {
        hint: `Name a file in it, as ${word.replace(/[\\/]+$/, '')}/snapshots/0001.heapsnapshot, or use heapline open.`,
      });
    return resolve(io.cwd, word);
  });
}

export function look(io: Io): Look {
  return { width: widthOf(io.stdout), paint: painter(wantsColor(io.stdout, io.env)), cwd: io.cwd };
}
