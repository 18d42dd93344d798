import { join, resolve } from 'node:path';
import { ROOT } from './run.ts';

/**
 * Where things fetched from the registry for tests are kept: node_modules/.cache/heapline, or the folder that
 * `HEAPLINE_CACHE` names, which several clones can share.
 */
export function cacheFolder(): string {
  const shared = process.env.HEAPLINE_CACHE;
  return shared ? resolve(ROOT, shared) : join(ROOT, 'node_modules', '.cache', 'heapline');
}
