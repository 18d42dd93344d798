/** What growth is told over: steps and the program's own seconds. */
import { formatDuration } from '../base/units.ts';
import type { SnapshotPoint, StepKind } from '../protocol/findings.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import { counted, stepNoun } from '../protocol/wording.ts';
import type { Axis } from './axis.ts';

export interface Span {
  steps?: number;
  stepKind?: StepKind;
  seconds: number;
}

export function spanOf(snapshots: readonly SnapshotEntry[], axis: Axis, stepKind?: StepKind): Span {
  const first = snapshots[0];
  const last = snapshots[snapshots.length - 1];
  const seconds = (last.activeMs - first.activeMs) / 1000;
  const steps =
    axis.unit === 'step' || (first.step !== undefined && last.step !== undefined)
      ? (last.step ?? 0) - (first.step ?? 0)
      : 0;
  return { ...(steps > 0 ? { steps, ...(stepKind ? { stepKind } : {}) } : {}), seconds };
}

export function spanText(span: Span): string {
  if (span.steps) return counted(span.steps, stepNoun(span.stepKind));
  return span.seconds > 0 ? formatDuration(span.seconds * 1000) : 'the snapshots given';
}

export function rates(gain: { objects: number; bytes: number }, span: Span) {
  return {
    bytes: gain.bytes,
    objects: gain.objects,
    ...(span.steps
      ? {
          bytesPerStep: round(gain.bytes / span.steps),
          objectsPerStep: round(gain.objects / span.steps),
          ...(span.stepKind ? { stepKind: span.stepKind } : {}),
        }
      : {}),
    ...(span.seconds > 0
      ? {
          bytesPerSecond: round(gain.bytes / span.seconds),
          objectsPerSecond: round(gain.objects / span.seconds),
        }
      : {}),
  };
}

export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 1000) / 1000;
}

export function pointAt(snapshot: SnapshotEntry, gain: { bytes: number; objects: number }): SnapshotPoint {
  const { index, activeMs, step } = snapshot;
  return { snapshot: index, time: Math.round(activeMs), ...(step === undefined ? {} : { step }), ...gain };
}
