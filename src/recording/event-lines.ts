import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { BUDGET_NAMES } from '../protocol/budgets.ts';
import type { ClassGain, RecordingEvent, TapFrame, TapStack } from '../protocol/recording.ts';
import { isRecordingPath } from './layout.ts';

type EventType = RecordingEvent['type'];

/** The numbers that an event of each type must have, besides `t`. */
const NUMBERS: Record<EventType, readonly string[]> = {
  memory: ['heapUsed', 'heapTotal', 'external', 'arrayBuffers', 'rss'],
  gc: ['pauseMs'],
  stopped: ['ms'],
  step: ['step'],
  span: ['id'],
  'span-end': ['id'],
  snapshot: ['index', 'bytes', 'pauseMs'],
  totals: ['index', 'nodes', 'edges', 'size'],
  'snapshot-dropped': ['index'],
  profile: ['index', 'samplingInterval', 'ordinal'],
  process: ['pid'],
  processes: [],
  watch: ['nodeId', 'inserts', 'removes', 'unseen', 'seconds'],
  budget: ['value', 'limit'],
  collected: ['heapBefore', 'heapAfter', 'rssBefore', 'rssAfter'],
  'left-out': ['needed', 'available'],
  'id-reset': ['beforeSnapshot'],
  note: [],
  end: [],
};

/**
 * Reads `events.ndjson` line by line, in order of time. A cut last line is left out without a word; other lines that
 * are no events are told to `problem`. Events of unknown types (from newer versions) are left out.
 */
export async function readEvents(path: string, problem: (text: string) => void): Promise<RecordingEvent[]> {
  const input = createReadStream(path, 'utf8');
  const events: RecordingEvent[] = [];
  let bad: { line: number; text: string } | undefined;
  let number = 0;
  // `for await` on the interface would miss errors of the stream.
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const read = (async () => {
    for await (const text of lines) {
      number++;
      if (bad) problem(`events.ndjson: line ${bad.line} is damaged.`);
      bad = undefined;
      if (!text) continue;
      const event = parse(text);
      if (event === 'damaged') bad = { line: number, text };
      else if (event) events.push(event);
    }
  })();
  await Promise.race([read, failed]);
  return events.sort((a, b) => a.t - b.t);
}

function parse(text: string): RecordingEvent | 'damaged' | undefined {
  let event: Record<string, unknown>;
  try {
    event = JSON.parse(text);
  } catch {
    return 'damaged';
  }
  if (typeof event !== 'object' || event === null || typeof event.type !== 'string') return 'damaged';
  if (!Object.hasOwn(NUMBERS, event.type)) return undefined;
  const type = event.type as EventType;
  if (!['t', ...NUMBERS[type]].every((name) => Number.isFinite(event[name]))) return 'damaged';
  if (type === 'snapshot' && !isRecordingPath(event.file, 'snapshots')) return 'damaged';
  if (type === 'profile' && !isRecordingPath(event.file, 'profiles')) return 'damaged';
  // Of a budget that only a newer version knows, nothing can be said.
  if ((type === 'budget' || type === 'collected') && !BUDGET_NAMES.some((one) => one === event.budget))
    return undefined;
  if (type === 'budget' && !isBudget(event)) return 'damaged';
  if (type === 'totals' && !isTotals(event)) return 'damaged';
  if (type === 'watch' && !isWatch(event)) return 'damaged';
  if (type === 'process' && event.frames !== undefined && !isFrames(event.frames)) return 'damaged';
  if (type === 'processes' && !isReadings(event.readings)) return 'damaged';
  return event as RecordingEvent;
}

function isBudget({ level, subject }: Record<string, unknown>): boolean {
  const isSubject = subject === undefined || typeof subject === 'string';
  return isSubject && (level === 'warn' || level === 'alert' || level === 'back');
}

function isTotals({ since, gained, gains }: Record<string, unknown>): boolean {
  const isGain = (gain: Partial<ClassGain> | null): boolean =>
    typeof gain?.className === 'string' && Number.isFinite(gain.count) && Number.isFinite(gain.size);
  if (since === undefined) return gained === undefined && gains === undefined;
  return Number.isFinite(since) && Number.isFinite(gained) && Array.isArray(gains) && gains.every(isGain);
}

function isFrames(frames: unknown): boolean {
  const isFrame = (frame: Partial<TapFrame> | null): boolean =>
    typeof frame?.url === 'string' && [frame.line, frame.column].every((n) => Number.isInteger(n) && n! > 0);
  return Array.isArray(frames) && frames.every(isFrame);
}

function isReadings(readings: unknown): boolean {
  return Array.isArray(readings) && readings.every((one) => Number.isFinite(one?.pid));
}

function isWatch({ className, finding, stacks }: Record<string, unknown>): boolean {
  const isStack = (stack: Partial<TapStack> | null): boolean =>
    Number.isFinite(stack?.inserts) && isFrames(stack?.frames);
  return (
    typeof className === 'string' &&
    typeof finding === 'string' &&
    Array.isArray(stacks) &&
    stacks.every(isStack)
  );
}
