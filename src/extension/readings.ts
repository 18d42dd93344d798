/** Memory readings of one target, the latest ones, and what they tell. */
import type { MemoryReading } from '../protocol/server.ts';

/** Kept per target: two minutes of one a second. */
export const KEPT_READINGS = 120;

/** Growth is told over so long, once half of it was seen, in milliseconds. */
const TREND_MS = 60_000;
const MIN_TREND_MS = 10_000;

const BLOCKS = '▁▂▃▄▅▆▇█';

/** @returns the readings with one more, the oldest left out when there are too many */
export function withReading(readings: readonly MemoryReading[], reading: MemoryReading): MemoryReading[] {
  return [...readings.slice(-(KEPT_READINGS - 1)), reading];
}

/** Bytes of used heap gained per minute: least squares over the last minute; undefined while too little was seen. */
export function growthPerMinute(readings: readonly MemoryReading[]): number | undefined {
  const last = readings.at(-1);
  if (!last) return undefined;
  const recent = readings.filter((reading) => last.at - reading.at <= TREND_MS);
  if (recent.length < 3 || last.at - recent[0].at < MIN_TREND_MS) return undefined;
  const meanAt = recent.reduce((sum, reading) => sum + reading.at, 0) / recent.length;
  const meanUsed = recent.reduce((sum, reading) => sum + reading.heapUsed, 0) / recent.length;
  let both = 0;
  let spread = 0;
  for (const { at, heapUsed } of recent) {
    both += (at - meanAt) * (heapUsed - meanUsed);
    spread += (at - meanAt) ** 2;
  }
  return (both / spread) * 60_000;
}

/** The used heap as up to `width` block characters, from least to most; empty for less than two readings. */
export function sparkline(readings: readonly MemoryReading[], width = 12): string {
  if (readings.length < 2) return '';
  const columns = Math.min(width, readings.length);
  const values = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * readings.length) / columns);
    const to = Math.floor(((column + 1) * readings.length) / columns);
    return Math.max(...readings.slice(from, to).map((reading) => reading.heapUsed));
  });
  const least = Math.min(...values);
  const most = Math.max(...values);
  // What changes by less than a hundredth is level: noise is not to look like growth.
  const range = Math.max(most - least, most / 100, 1);
  return values.map((value) => BLOCKS[Math.round(((value - least) / range) * (BLOCKS.length - 1))]).join('');
}
