/** Budgets: how much a program may take before somebody is told. What there is to limit, and how limits are written. */
import { formatBytes, formatCount, formatDuration, parseBytes, parseDuration } from '../base/units.ts';

export type BudgetName =
  | 'rss'
  | 'heapUsed'
  | 'gcPerMinute'
  | 'gcPause'
  | 'ownerObjects'
  | 'cacheEntries'
  | 'siteGrowth'
  | 'sessions'
  | 'childProcesses'
  | 'sessionTokens';

export type BudgetLevel = 'warn' | 'alert';

/** In the budget's unit: bytes, milliseconds or a number. A level that is absent is never reached. */
export type BudgetLimits = Partial<Record<BudgetLevel, number>>;
/** What is absent has no limit. */
export type Budgets = Partial<Record<BudgetName, BudgetLimits>>;

interface BudgetKind {
  unit: 'bytes' | 'ms' | 'count';
  /** What it is called within a sentence. */
  label: string;
  limits?: BudgetLimits;
}

export const BUDGETS: Readonly<Record<BudgetName, BudgetKind>> = {
  rss: { unit: 'bytes', label: 'resident memory (rss)', limits: { warn: 2e9, alert: 2.5e9 } },
  heapUsed: { unit: 'bytes', label: 'heap used', limits: { warn: 1e9, alert: 1.2e9 } },
  gcPerMinute: { unit: 'count', label: 'full collections a minute', limits: { warn: 10, alert: 15 } },
  gcPause: { unit: 'ms', label: 'pause of a collection', limits: { warn: 100, alert: 200 } },
  ownerObjects: {
    unit: 'count',
    label: 'live objects of one owner',
    limits: { warn: 10_000, alert: 15_000 },
  },
  cacheEntries: { unit: 'count', label: 'entries of one cache', limits: { warn: 5000, alert: 7000 } },
  siteGrowth: { unit: 'bytes', label: 'growth of one site between snapshots', limits: { warn: 1e6 } },
  sessions: { unit: 'count', label: 'open sessions' },
  childProcesses: { unit: 'count', label: 'child processes' },
  sessionTokens: { unit: 'count', label: 'tokens of one session' },
};

export const BUDGET_NAMES = Object.keys(BUDGETS) as BudgetName[];

/** The limits where nobody set others. */
export function defaultBudgets(): Budgets {
  return Object.fromEntries(
    BUDGET_NAMES.flatMap((name) => {
      const { limits } = BUDGETS[name];
      return limits ? [[name, { ...limits }]] : [];
    }),
  );
}

/** Later ones in place of earlier, budget by budget; `off` takes a limit away. */
export function mergeBudgets(...layers: readonly WrittenBudgets[]): Budgets {
  const merged: Budgets = defaultBudgets();
  for (const layer of layers) {
    for (const name of BUDGET_NAMES) {
      const written = layer[name];
      if (written === 'off') delete merged[name];
      else if (written) merged[name] = written;
    }
  }
  return merged;
}

/** As somebody set them. */
export type WrittenBudgets = Partial<Record<BudgetName, BudgetLimits | 'off'>>;

/**
 * Reads budgets as they stand in settings and files: `{"rss": "2GB", "heapUsed": {"warn": "1GB", "alert": "1.2GB"},
 * "gcPause": false}`. One value alone is the alert level. @param problem told of each key and value that can't be read
 */
export function readBudgets(value: unknown, problem: (key: string, why: string) => void): WrittenBudgets {
  const read: WrittenBudgets = {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problem('', 'an object of budgets is expected');
    return read;
  }
  for (const [key, written] of Object.entries(value)) {
    const name = BUDGET_NAMES.find((one) => one === key);
    if (!name) {
      problem(key, unknownBudget(key));
      continue;
    }
    const limits = limitsOf(name, written);
    if (typeof limits === 'string' && limits !== 'off') problem(key, limits);
    else read[name] = limits;
  }
  return read;
}

/**
 * Reads the words of a command line: `rss=500MB`, `heapUsed=300MB/400MB` (warn, alert), `gcPause=off`.
 * @throws Error in one sentence
 */
export function parseBudget(word: string): WrittenBudgets {
  const at = word.indexOf('=');
  const key = at < 0 ? word : word.slice(0, at);
  const name = BUDGET_NAMES.find((one) => plain(one) === plain(key));
  if (!name) throw new Error(unknownBudget(key));
  const text = at < 0 ? '' : word.slice(at + 1).trim();
  const [warn, alert, ...more] = text.split('/');
  const written = text === 'off' ? false : alert === undefined ? warn : { warn, alert };
  const limits = more.length || !text ? expected(name) : limitsOf(name, written);
  if (typeof limits === 'string' && limits !== 'off') throw new Error(`\`${word}\`: ${limits}`);
  return { [name]: limits };
}

function plain(name: string): string {
  return name.replaceAll('-', '').toLowerCase();
}

function unknownBudget(key: string): string {
  return `there is no budget \`${key}\`; there are ${BUDGET_NAMES.join(', ')}`;
}

/** `off`, limits, or what is wrong. */
function limitsOf(name: BudgetName, written: unknown): BudgetLimits | string {
  if (written === false || written === null || written === 'off') return 'off';
  if (typeof written !== 'object' || Array.isArray(written)) {
    const alert = amountOf(name, written);
    return alert === undefined ? expected(name) : { alert };
  }
  const limits: BudgetLimits = {};
  for (const [level, value] of Object.entries(written)) {
    if (level !== 'warn' && level !== 'alert') return `\`${level}\` is neither \`warn\` nor \`alert\``;
    const amount = amountOf(name, value);
    if (amount === undefined) return `\`${level}\`: ${expected(name)}`;
    limits[level] = amount;
  }
  if (limits.warn === undefined && limits.alert === undefined) return '`warn`, `alert` or both are expected';
  if ((limits.warn ?? 0) > (limits.alert ?? Number.POSITIVE_INFINITY))
    return '`warn` must not be above `alert`';
  return limits;
}

/** Undefined for what is no amount above 0. */
function amountOf(name: BudgetName, value: unknown): number | undefined {
  const { unit } = BUDGETS[name];
  const isPlain =
    typeof value === 'number' || (typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value));
  const text = String(value);
  const amount = isPlain
    ? Number(value)
    : unit === 'bytes'
      ? parseBytes(text)
      : unit === 'ms'
        ? parseDuration(text)
        : undefined;
  return amount !== undefined && Number.isFinite(amount) && amount > 0 ? amount : undefined;
}

function expected(name: BudgetName): string {
  return {
    bytes: 'a size is expected, as "500MB" or "2GB"',
    ms: 'a time is expected, as "100ms"',
    count: 'a number above 0 is expected',
  }[BUDGETS[name].unit];
}

/** `2.5 GB`, `200 ms`, `15`. */
export function formatAmount(name: BudgetName, amount: number): string {
  const { unit } = BUDGETS[name];
  if (unit === 'bytes') return formatBytes(amount);
  return unit === 'ms' ? formatDuration(amount) : formatCount(amount);
}
