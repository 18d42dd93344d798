import { formatBytes } from '../base/units.ts';
import type { Finding } from '../protocol/findings.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import { stepNoun } from '../protocol/wording.ts';
import { adviceFor } from './advice.ts';
import type { ExternalGrowth } from './external.ts';
import { hash } from './fingerprint.ts';
import { pointAt, rates, round, type Span, spanText } from './span.ts';

/** Growth outside the heap that no finding in the heap explains. */
export function externalFinding(
  external: ExternalGrowth,
  snapshots: readonly SnapshotEntry[],
  span: Span,
  list: readonly Finding[],
): Finding | undefined {
  if (external.verdict.trend === 'stable') return undefined;
  const explained = list.reduce((sum, finding) => sum + finding.growth.bytes, 0);
  if (explained > 0.5 * external.gain) return undefined;
  const title =
    `Memory outside the JavaScript heap gained ${formatBytes(external.gain)} over ${spanText(span)}` +
    `${span.steps ? `: ${formatBytes(external.gain / span.steps)} a ${stepNoun(span.stepKind)}` : ''}, never released.`;
  return {
    id: `external-memory:${hash('external')}`,
    title,
    kind: 'external-memory',
    confidence: round(external.verdict.confidence),
    reasons: [
      ...external.verdict.reasons,
      'V8 counts it as external memory: WebAssembly, Buffers or native objects. No object in the heap holds this much.',
    ],
    owner: { className: 'external memory', name: 'external memory', nodeId: 0 },
    retainingPath: [],
    growth: {
      ...rates({ bytes: external.gain, objects: 0 }, span),
      perSnapshot: external.points.map((point, i) =>
        pointAt(snapshots[i], { bytes: point.bytes - external.points[0].bytes, objects: 0 }),
      ),
    },
    gained: [],
    allocationSites: [],
    advice: adviceFor('external-memory', 'external memory'),
  };
}
