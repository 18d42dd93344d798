/** A binary heap of numbers, least key first; among equal keys the one pushed last. */
export class MinQueue {
  private readonly keys: number[] = [];
  private readonly items: number[] = [];

  push(item: number, key: number): void {
    const { keys, items } = this;
    let at = keys.length;
    keys.push(key);
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent] < key) break;
      keys[at] = keys[parent];
      items[at] = items[parent];
      at = parent;
    }
    keys[at] = key;
    items[at] = item;
  }

  pop(): number | undefined {
    const { keys, items } = this;
    if (keys.length === 0) return undefined;
    const result = items[0];
    const key = keys.pop()!;
    const item = items.pop()!;
    if (keys.length === 0) return result;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= keys.length) break;
      if (child + 1 < keys.length && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= key) break;
      keys[at] = keys[child];
      items[at] = items[child];
      at = child;
    }
    keys[at] = key;
    items[at] = item;
    return result;
  }
}
