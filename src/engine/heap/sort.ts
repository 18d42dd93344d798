/** Sorting rows by numbers: millions of them, without a callback. */

const FEW = 64;

/**
 * The rows by ascending (or descending) `key`, equal ones as they came. Keys are whole numbers from 0 to 2^53.
 * A radix sort by 16 bits at a time, as many times as the largest key needs.
 */
export function sortedBy(rows: Uint32Array, key: (row: number) => number, descending: boolean): Uint32Array {
  const count = rows.length;
  const keys = new Float64Array(count);
  let most = 0;
  for (let i = 0; i < count; i++) {
    keys[i] = key(rows[i]);
    if (keys[i] > most) most = keys[i];
  }
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  if (count <= FEW) order.sort((a, b) => (descending ? keys[b] - keys[a] : keys[a] - keys[b]) || a - b);
  else {
    let other = new Uint32Array(count);
    for (let unit = 1; unit <= most; unit *= 0x10000) {
      byDigit(order, other, keys, unit, descending);
      [order, other] = [other, order];
    }
  }
  for (let i = 0; i < count; i++) order[i] = rows[order[i]];
  return order;
}

function byDigit(
  from: Uint32Array,
  to: Uint32Array,
  keys: Float64Array,
  unit: number,
  descending: boolean,
): void {
  const starts = new Uint32Array(0x10001);
  const flip = descending ? 0xffff : 0;
  for (let i = 0; i < from.length; i++) {
    starts[((Math.floor(keys[from[i]] / unit) % 0x10000) ^ flip) + 1]++;
  }
  for (let digit = 0; digit < 0x10000; digit++) starts[digit + 1] += starts[digit];
  for (let i = 0; i < from.length; i++) {
    to[starts[(Math.floor(keys[from[i]] / unit) % 0x10000) ^ flip]++] = from[i];
  }
}
