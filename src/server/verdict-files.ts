/** Verdicts beside what they are about: `findings.json`, and `report.json` so that opening it again is quick. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ENGINE_VERSION } from '../engine/version.ts';
import { FINDINGS_FORMAT, type Findings } from '../protocol/findings.ts';
import type { ReportData } from '../protocol/report.ts';
import { diskError, replaceFile } from '../recording/disk.ts';
import { EVENTS, SCRIPTS } from '../recording/layout.ts';

export const FINDINGS = 'findings.json';
export const REPORT = 'report.json';
const REPORT_FORMAT = 'heapline-report/1';

interface ReportFile {
  format: typeof REPORT_FORMAT;
  /** What the report was made of, and by which engine. */
  of: string;
  data: ReportData;
}

/** Tells one state of a recording from others, by the sizes of its files, and one engine from others. */
export async function stateOf(dir: string): Promise<string> {
  const sizes: [string, number][] = [];
  const add = async (name: string): Promise<void> => {
    const info = await stat(join(dir, name)).catch(() => undefined);
    if (info) sizes.push([name, info.size]);
  };
  await add(EVENTS);
  await add(SCRIPTS);
  for (const folder of ['snapshots', 'profiles']) {
    const names = await readdir(join(dir, folder)).catch(() => []);
    for (const name of names.sort()) if (!name.endsWith('.part')) await add(`${folder}/${name}`);
  }
  return JSON.stringify([ENGINE_VERSION, ...sizes]);
}

/** @throws HeaplineError `disk-full`, or `not-found` where it can't be written */
export function keepVerdict(dir: string, data: ReportData, of: string): void {
  const file: ReportFile = { format: REPORT_FORMAT, of, data };
  try {
    replaceFile(join(dir, FINDINGS), `${JSON.stringify(data.findings, null, 2)}\n`);
    replaceFile(join(dir, REPORT), JSON.stringify(file));
  } catch (error) {
    throw diskError(error, dir);
  }
}

/** The report that is kept, where it is of the recording as it is now. @param of its state */
export async function keptReport(dir: string, of: string): Promise<ReportData | undefined> {
  const file = await readJson<ReportFile>(join(dir, REPORT));
  if (file?.format !== REPORT_FORMAT || file.of !== of || !file.data?.findings) return undefined;
  // It may have been moved.
  return { ...file.data, recording: { ...file.data.recording, name: basename(dir) } };
}

/** The verdict alone, also one of another version or of the command line. */
export async function keptFindings(dir: string): Promise<Findings | undefined> {
  const findings = await readJson<Findings>(join(dir, FINDINGS));
  return findings?.format === FINDINGS_FORMAT && Array.isArray(findings.findings) ? findings : undefined;
}

/** What is missing or damaged is as if it were not there: it can be made again. */
async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
