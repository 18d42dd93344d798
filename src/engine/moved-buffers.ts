/** The buffers below plain objects and lists of `value` that are not shared: to be moved to another thread. */
export function movedBuffers(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (Array.isArray(value)) {
    // Lists of numbers or names hold none.
    if (typeof value[0] === 'object') for (const item of value) movedBuffers(item, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) movedBuffers(item, found);
  }
  return [...found];
}
