/** What a report that can't ask carries of the heap itself. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import type { HeapMethods } from '../protocol/heap-rows.ts';
import type { DominatorBox } from '../protocol/pictures.ts';
import type { ReportData } from '../protocol/report.ts';
import { openRecording } from '../recording/reader.ts';

/** Larger snapshots are not read once more for a picture. */
const MOST_BYTES = 400e6;
const LEVELS = 7;
const BOXES = 500;

type AskBoxes = (params: HeapMethods['heap/boxes']['params']) => Promise<DominatorBox>;

/**
 * The report with what retains most in the last snapshot of its recording, beside the baseline. As it is where they
 * can't be read, or are large. @throws HeaplineError `cancelled`
 */
export async function withBoxes(data: ReportData, dir: string, ask: AskBoxes): Promise<ReportData> {
  const numbers = data.classes.snapshots;
  try {
    const { snapshots } = await openRecording(dir);
    const fileOf = (number: number | undefined): string | undefined => {
      const entry = snapshots.find(({ index }) => index === number);
      return entry && join(dir, entry.file);
    };
    const [before, file] = [fileOf(numbers[0]), fileOf(numbers.at(-1))];
    if (!before || !file) return data;
    for (const each of [before, file]) if ((await stat(each)).size > MOST_BYTES) return data;
    return { ...data, boxes: await ask({ file, before, levels: LEVELS, most: BOXES }) };
  } catch (error) {
    if (HeaplineError.is(error, 'cancelled')) throw error;
    return data;
  }
}
