import type { SpanBand } from './report.ts';

/** Two of a kind as one, from where the first begins to where the last ends. */
export function together(a: SpanBand, b: SpanBand): SpanBand {
  const failed = (a.failed ?? 0) + (b.failed ?? 0);
  return {
    kind: a.kind,
    t: Math.min(a.t, b.t),
    end: Math.max(a.end, b.end),
    ...(a.name !== undefined && a.name === b.name && { name: a.name }),
    count: (a.count ?? 1) + (b.count ?? 1),
    ...(failed && { failed }),
  };
}
