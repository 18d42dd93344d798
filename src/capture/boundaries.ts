import type { RecordingEvent, SnapshotReason } from '../protocol/recording.ts';

/** Where a snapshot may be taken: a run begins, one has ended, a session has closed. */
export type Boundary = Extract<SnapshotReason, 'before-run' | 'after-run' | 'after-session'>;

/** Runs and sessions that never end: the oldest are forgotten. */
const MOST_OPEN = 20_000;

/** Hears of each: how many of that kind there were by now, and the span's id. */
type Pass = (boundary: Boundary, count: number, span: number) => void;

/** Finds where runs begin and end and sessions close, in the spans as they are written. */
class Boundaries {
  private readonly open = new Map<number, 'run' | 'session'>();
  private readonly passed: Record<Boundary, number> = { 'before-run': 0, 'after-run': 0, 'after-session': 0 };

  constructor(private readonly pass: Pass) {}

  hear(event: RecordingEvent): void {
    if (event.type === 'span' && (event.kind === 'run' || event.kind === 'session')) {
      this.open.set(event.id, event.kind);
      if (this.open.size > MOST_OPEN) this.open.delete(this.open.keys().next().value as number);
      if (event.kind === 'run') this.tell('before-run', event.id);
    }
    if (event.type !== 'span-end') return;
    const kind = this.open.get(event.id);
    if (kind && this.open.delete(event.id))
      this.tell(kind === 'run' ? 'after-run' : 'after-session', event.id);
  }

  private tell(boundary: Boundary, span: number): void {
    this.pass(boundary, ++this.passed[boundary], span);
  }
}

/** The same as `write`, which also finds boundaries in what it writes. */
export function withBoundaries(
  write: (event: RecordingEvent) => void,
  pass: Pass,
): (event: RecordingEvent) => void {
  const boundaries = new Boundaries(pass);
  return (event) => {
    write(event);
    boundaries.hear(event);
  };
}
