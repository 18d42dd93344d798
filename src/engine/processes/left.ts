/** Which of those that run are of no use to anybody any more, as far as can be seen. */
import type { ProcessRow } from '../../protocol/findings.ts';
import { type Proc, type Processes, rootOf, type Spanned } from './collect.ts';

/** Use is seen at looks; what ends, ends a little before or after. */
const SLACK_MS = 500;
/** Who may come back, to a session or to work that is not told to be over, was away for this share of the time seen. */
const AWAY = 0.25;

export interface Owner {
  origin?: ProcessRow['origin'];
  /** When it was over; undefined while it goes on. */
  ended?: number;
  /** It is told, or seen, to be over: nobody comes back to it. */
  isSure: boolean;
}

/** What processes were started for, and whether that is over. */
export class Owners {
  private readonly sessions = new Map<string, { told?: number; last: number; open: number }>();

  /** @param steps when each ended, in order @param from to `to`: the time that is looked at */
  constructor(
    private readonly processes: Processes,
    private readonly steps: readonly number[],
    private readonly from: number,
    private readonly to: number,
  ) {
    for (const span of processes.spans.values()) {
      if (span.session === undefined) continue;
      const known = this.sessions.get(span.session) ?? { last: 0, open: 0 };
      this.sessions.set(span.session, known);
      const ended = span.ended !== undefined && span.ended <= to ? span.ended : undefined;
      if (span.kind === 'session') known.told = ended;
      else if (ended === undefined) known.open++;
      known.last = Math.max(known.last, ended ?? 0);
    }
  }

  ownerOf(one: Proc): Owner {
    const root = rootOf(one);
    const chain = this.chain(root.span);
    const session = root.session ?? chain.find((span) => span.session !== undefined)?.session;
    const run = chain.find(({ kind }) => kind === 'run');
    const known = session === undefined ? undefined : this.sessions.get(session);
    if (known) {
      const origin = { kind: 'session' as const, name: session };
      if (known.told !== undefined) return { origin, ended: known.told, isSure: true };
      return { origin, ended: known.open || !known.last ? undefined : known.last, isSure: false };
    }
    if (run) return { ...of(run, this.to), isSure: true };
    if (chain.length) return { ...of(chain[0], this.to), isSure: false };
    // What was started before the first step ended may have been set up for all.
    const step = this.steps.findIndex((t) => t >= root.started);
    if (step < 1 || this.steps[step] > this.to) return { isSure: false };
    return { origin: { kind: 'step', name: String(step + 1) }, ended: this.steps[step], isSure: false };
  }

  /** Of one that runs at the end of the time that is looked at. @param family it and what it started */
  isLeft(one: Proc, family: readonly Proc[]): boolean {
    const { ended, isSure } = this.ownerOf(one);
    if (ended === undefined || ended > this.to - SLACK_MS) return false;
    const uses = family.flatMap(({ used }) => (used === undefined ? [] : [used]));
    const used = uses.length ? Math.max(...uses) : undefined;
    if (used !== undefined && used > ended + SLACK_MS) return false;
    if (isSure) return true;
    return used !== undefined && this.to - Math.max(used, ended) >= AWAY * (this.to - this.from);
  }

  /** From a span up to the widest. */
  private chain(id: number | undefined): Spanned[] {
    const { spans } = this.processes;
    const chain: Spanned[] = [];
    for (let at = id; at !== undefined && chain.length < 100; ) {
      const span = spans.get(at);
      if (!span) break;
      chain.push(span);
      at = span.parent;
    }
    return chain;
  }
}

function of({ kind, name, ended }: Spanned, to: number): Pick<Owner, 'origin' | 'ended'> {
  return {
    origin: name === undefined ? { kind } : { kind, name },
    ended: ended !== undefined && ended <= to ? ended : undefined,
  };
}
