/** Asking a program through its inspector. */
import assert from 'node:assert/strict';
import type { Inspector } from '../../src/capture/inspector.ts';
import { until } from './until.ts';

/** V8's id of what an expression gives. */
export async function idOf(inspector: Inspector, expression: string): Promise<number> {
  const { result } = await inspector.send('Runtime.evaluate', { expression, objectGroup: 'test' });
  const { heapSnapshotObjectId } = await inspector.send('HeapProfiler.getHeapObjectId', {
    objectId: result.objectId!,
  });
  await inspector.send('Runtime.releaseObjectGroup', { objectGroup: 'test' });
  return Number(heapSnapshotObjectId);
}

/** What an expression gives, by value. */
export async function value(inspector: Inspector, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = await inspector.send('Runtime.evaluate', {
    expression,
    returnByValue: true,
  });
  assert.equal(exceptionDetails, undefined);
  return result.value;
}

/** Gives each object its id, once an expression holds. */
export async function snapshot(inspector: Inspector, ready: string): Promise<void> {
  await until(ready, () => value(inspector, ready));
  await inspector.send('HeapProfiler.takeHeapSnapshot', {
    reportProgress: false,
    captureNumericValue: false,
    exposeInternals: false,
  });
}
