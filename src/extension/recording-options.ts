/** How a recording is asked for: settings, and `heapline` in a launch configuration, which goes before them. */
import { parseBytes, parseDuration } from '../base/units.ts';
import { readBudgets, type WrittenBudgets } from '../protocol/budgets.ts';
import type { BudgetWishes, RecordingOptions } from '../protocol/server.ts';

/** What can be said in both places, as a person writes it: durations as `30s` (a bare number is seconds), sizes as `2GB`. */
export interface WrittenOptions {
  autoRecord?: unknown;
  interval?: unknown;
  snapshots?: unknown;
  onGrowth?: unknown;
  beforeLimit?: unknown;
  warmUp?: unknown;
  forceGC?: unknown;
  diskBudget?: unknown;
  samplingInterval?: unknown;
  budgets?: unknown;
  onBudget?: unknown;
  /** Of the user's own settings alone: a launch configuration is a file of the workspace. */
  budgetCommand?: unknown;
}

export interface WantedRecording {
  autoRecord: boolean;
  options: Omit<RecordingOptions, 'mode'>;
  /** What could not be read: names of properties. */
  bad: string[];
}

/** `true`, `false` or an object, as it stands in launch.json, over the settings. */
export function wantedRecording(settings: WrittenOptions, launch: unknown): WantedRecording {
  const own: WrittenOptions = typeof launch === 'object' && launch !== null ? launch : {};
  const written: WrittenOptions = { ...settings, ...own };
  // Who writes `"heapline": {"interval": "10s"}` wants a recording.
  if (launch !== undefined) written.autoRecord = own.autoRecord ?? launch !== false;
  const bad: string[] = [];
  const read = <T>(name: keyof WrittenOptions, reader: (value: unknown) => T | undefined): T | undefined => {
    const value = written[name];
    if (value === undefined || value === null || value === '' || value === 0) return undefined;
    const result = reader(value);
    if (result === undefined) bad.push(name);
    return result;
  };
  const options: WantedRecording['options'] = {
    interval: read('interval', duration),
    snapshots: read('snapshots', (value) => (atLeast(value, 2) ? Math.round(Number(value)) : undefined)),
    onGrowth: read('onGrowth', (value) => (atLeast(value, 1) ? Number(value) / 100 : undefined)),
    beforeLimit: read('beforeLimit', (value) =>
      atLeast(value, 1) && Number(value) <= 100 ? Number(value) / 100 : undefined,
    ),
    warmUp: read('warmUp', duration),
    forceGC: written.forceGC === true || undefined,
    diskBudget: read('diskBudget', bytes),
    samplingInterval: read('samplingInterval', bytes),
  };
  const budgets = budgetWishes(settings, own, bad);
  if (budgets) options.budgets = budgets;
  return {
    autoRecord: written.autoRecord === true,
    options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    bad,
  };
}

const ON_BUDGET = ['collect', 'snapshot'] as const;

/** Undefined where nobody wishes anything. */
function budgetWishes(
  settings: WrittenOptions,
  launch: WrittenOptions,
  bad: string[],
): BudgetWishes | undefined {
  const layers = [settings.budgets, launch.budgets].map((layer) =>
    readBudgets(layer ?? {}, (key) => bad.push(key ? `budgets.${key}` : 'budgets')),
  );
  const written = Object.assign({}, ...layers) as WrittenBudgets;
  const asked = launch.onBudget ?? settings.onBudget;
  const list = Array.isArray(asked) ? asked : [];
  const on = ON_BUDGET.filter((action) => list.includes(action));
  if (list.length > on.length || (asked !== undefined && !Array.isArray(asked))) bad.push('onBudget');
  const { budgetCommand } = settings;
  const command = typeof budgetCommand === 'string' && budgetCommand.trim() ? budgetCommand : undefined;
  if (!Object.keys(written).length && !on.length && !command) return undefined;
  return { written, ...(on.length ? { on } : {}), ...(command ? { command } : {}) };
}

function duration(value: unknown): number | undefined {
  const ms = parseDuration(String(value));
  return ms ? ms : undefined;
}

function bytes(value: unknown): number | undefined {
  const size = parseBytes(String(value));
  return size ? size : undefined;
}

function atLeast(value: unknown, least: number): boolean {
  return typeof value === 'number' && value >= least;
}

/** Folder names of recordings beyond the newest `kept`, oldest first: their names begin with the time. */
export function outdated(names: readonly string[], kept: number): string[] {
  const recordings = names
    .filter((name) => /^\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d .*\.heapline$/.test(name))
    .sort();
  return recordings.slice(0, Math.max(0, recordings.length - kept));
}
