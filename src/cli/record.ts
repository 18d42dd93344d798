import type { Call } from './io.ts';
export async function run(_: Call): Promise<number> {
  return 0;
}
export async function attach(_: Call): Promise<number> {
  return 0;
}
