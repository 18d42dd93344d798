/** What the environment asks of a run. */

export const LEAKS = ['history', 'tools', 'listeners', 'sessions', 'registry', 'none'] as const;
export type Leak = (typeof LEAKS)[number];

export interface Settings {
  /** Which bound is left out; `none` keeps them all. */
  leak: Leak;
  /** Customer requests to handle. */
  steps: number;
  /** Milliseconds between two requests. */
  paceMs: number;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const leak = LEAKS.find((name) => name === (env.LEAK ?? 'none'));
  if (!leak) throw new Error(`LEAK is ${env.LEAK}; it may be ${LEAKS.join(', ')}`);
  return { leak, steps: Number(env.STEPS ?? 200), paceMs: Number(env.PACE_MS ?? 20) };
}
