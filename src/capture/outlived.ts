import { readFileSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';
import type { ProcessEvents } from './agent/process-events.ts';
import { parseStat } from './agent/process-table.ts';
import { isAlive } from './alive.ts';

/** A child that hears that its program has ended takes its time to go. */
const PATIENCE_MS = 1000;
const TURN_MS = 25;

/** Waits a moment for the children of a program that has ended, and tells which of them have, too. */
export async function outlived(events: ProcessEvents, now: () => number): Promise<void> {
  for (let waited = 0; ; waited += TURN_MS) {
    for (const pid of [...events.running]) if (!runs(pid)) events.gone(pid, now());
    if (!events.running.size || waited >= PATIENCE_MS) return;
    await later(TURN_MS);
  }
}

/** Whether it runs on this machine: what nobody has asked how it ended does not. */
function runs(pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.isDead !== true;
  } catch {
    return false;
  }
}
