/** Tells when a program passes one of its budgets: pure, over the events of a recording, with times from outside. */
import type { BudgetLevel, BudgetLimits, BudgetName, Budgets } from './budgets.ts';
import type { BudgetCrossing, RecordingEvent } from './recording.ts';

type Event<T extends RecordingEvent['type']> = Extract<RecordingEvent, { type: T }>;

/** It is below again when it stayed below this share of a level for so many milliseconds: what hovers is told once. */
const BELOW = 0.9;
const BELOW_MS = 60_000;
const MINUTE = 60_000;
/** Sessions, sites: of so many it is known how far they are. */
const MOST_SUBJECTS = 1000;
/** For so long V8 clears up after a snapshot of ours: that, too, is no collection of the program's. */
const CLEARING_MS = 1000;
/** Pauses of ours that are remembered: collections are told within the next reading. */
const MOST_OWN = 16;

export class BudgetWatch {
  private readonly gauges = new Map<string, Gauge>();
  /** Full collections of the last minute. */
  private collections: number[] = [];
  private readonly own: { from: number; to: number }[] = [];
  private rss = 0;
  /** What snapshots of ours left behind in the program's memory. */
  private left = 0;
  private snapshotTaken = false;
  private readonly children = new Set<number>();
  /** Open spans, with the session that they belong to. */
  private readonly spans = new Map<number, { kind: string; session?: string }>();
  private readonly tokens = new Map<string, number>();
  private openSessions = 0;

  constructor(private readonly budgets: Budgets) {}

  /** What collects garbage from `from` to `to` is ours, and counts in nothing. */
  ours(from: number, to: number): void {
    this.own.push({ from, to });
    if (this.own.length > MOST_OWN) this.own.shift();
  }

  /** @returns the levels that are passed by it, and those that are left again */
  hear(event: RecordingEvent): BudgetCrossing[] {
    switch (event.type) {
      case 'memory':
        return this.memory(event);
      case 'gc':
        return this.collection(event);
      case 'snapshot':
        this.ours(event.t, event.t + event.pauseMs);
        this.snapshotTaken = true;
        return [];
      case 'process':
        return this.process(event);
      case 'span':
        return this.begin(event);
      case 'span-end':
        return this.end(event);
      default:
        return [];
    }
  }

  /** @param grown by site: bytes that are alive now, less those of the snapshot before */
  hearSites(grown: ReadonlyMap<string, number>, t: number): BudgetCrossing[] {
    const { siteGrowth } = this.budgets;
    if (!siteGrowth) return [];
    const least = siteGrowth.warn ?? siteGrowth.alert ?? 0;
    return [...grown].flatMap(([site, bytes]) =>
      bytes >= least || this.gauges.has(keyOf('siteGrowth', site))
        ? this.measure('siteGrowth', bytes, t, site)
        : [],
    );
  }

  private memory({ t, heapUsed, heapTotal, external, rss }: Event<'memory'>): BudgetCrossing[] {
    if (this.snapshotTaken) this.left += Math.max(0, rss - this.rss);
    this.snapshotTaken = false;
    this.rss = rss;
    // What its heap and buffers take is surely the program's own.
    const own = rss && Math.min(rss, Math.max(rss - this.left, heapTotal + external));
    this.collections = this.collections.filter((at) => t - at < MINUTE);
    return [
      ...this.measure('rss', own, t),
      ...this.measure('heapUsed', heapUsed, t),
      ...this.measure('gcPerMinute', this.collections.length, t),
      // Time passes without a long pause.
      ...this.measure('gcPause', 0, t),
    ];
  }

  private collection({ t, kind, pauseMs }: Event<'gc'>): BudgetCrossing[] {
    if (this.own.some(({ from, to }) => t >= from && t <= to + CLEARING_MS)) return [];
    if (kind === 'mark-compact') this.collections.push(t);
    return this.measure('gcPause', pauseMs, t);
  }

  private process({ t, event, role, pid }: Event<'process'>): BudgetCrossing[] {
    if (role !== 'child') return [];
    if (event === 'start') this.children.add(pid);
    else this.children.delete(pid);
    return this.measure('childProcesses', this.children.size, t);
  }

  private begin({ t, id, kind, parent, session }: Event<'span'>): BudgetCrossing[] {
    const above = parent === undefined ? undefined : this.spans.get(parent);
    const own = kind === 'session' ? (session ?? `session ${id}`) : (session ?? above?.session);
    this.spans.set(id, { kind, session: own });
    if (kind !== 'session') return [];
    this.openSessions++;
    return this.measure('sessions', this.openSessions, t);
  }

  private end({ t, id, inputTokens = 0, outputTokens = 0 }: Event<'span-end'>): BudgetCrossing[] {
    const span = this.spans.get(id);
    if (!span) return [];
    this.spans.delete(id);
    const { kind, session } = span;
    if (kind === 'session') {
      this.openSessions--;
      if (session !== undefined) {
        this.tokens.delete(session);
        this.gauges.delete(keyOf('sessionTokens', session));
      }
      return this.measure('sessions', this.openSessions, t);
    }
    if (kind !== 'model' || session === undefined || !this.budgets.sessionTokens) return [];
    const used = (this.tokens.get(session) ?? 0) + inputTokens + outputTokens;
    this.tokens.delete(session);
    this.tokens.set(session, used);
    // A session that never ends is not kept for ever: the one that was silent for longest goes.
    if (this.tokens.size > MOST_SUBJECTS) this.tokens.delete(this.tokens.keys().next().value!);
    return this.measure('sessionTokens', used, t, session);
  }

  private measure(budget: BudgetName, value: number, t: number, subject?: string): BudgetCrossing[] {
    const limits = this.budgets[budget];
    if (!limits) return [];
    const key = keyOf(budget, subject);
    let gauge = this.gauges.get(key);
    if (!gauge) {
      if (value < Math.min(limits.warn ?? Infinity, limits.alert ?? Infinity)) return [];
      if (this.gauges.size >= MOST_SUBJECTS) return [];
      gauge = new Gauge(limits);
      this.gauges.set(key, gauge);
    }
    const passed = gauge.measure(value, t);
    if (!passed) return [];
    return [{ budget, ...passed, value, ...(subject === undefined ? {} : { subject }) }];
  }
}

/** One amount against its two levels. */
class Gauge {
  /** When it was last near or above a level that it has passed. */
  private readonly near: Partial<Record<BudgetLevel, number>> = {};

  constructor(private readonly limits: BudgetLimits) {}

  /** @returns the highest level that is newly passed, or that the last is left for good */
  measure(value: number, t: number): Pick<BudgetCrossing, 'level' | 'limit'> | undefined {
    const { near } = this;
    let passed: Pick<BudgetCrossing, 'level' | 'limit'> | undefined;
    for (const level of ['warn', 'alert'] as const) {
      const limit = this.limits[level];
      if (limit === undefined) continue;
      if (value >= limit && near[level] === undefined) passed = { level, limit };
      const since = near[level];
      if (value >= limit || (since !== undefined && value >= BELOW * limit)) near[level] = t;
      else if (since !== undefined && t - since >= BELOW_MS) {
        delete near[level];
        if (near.warn === undefined && near.alert === undefined) passed = { level: 'back', limit };
      }
    }
    return passed;
  }
}

function keyOf(budget: BudgetName, subject = ''): string {
  return `${budget}\0${subject}`;
}
