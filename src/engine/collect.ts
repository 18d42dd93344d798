import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * V8's garbage collector, to be called between steps that need much. Columns lie outside V8's heap, which stays small,
 * so that V8 sees little reason to collect while hundreds of megabytes of them wait for it.
 */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
