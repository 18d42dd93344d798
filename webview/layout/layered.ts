/** A graph in layers, holders above what they hold, with few crossings. Pure; fast for some hundred nodes. */

export interface Link {
  from: string;
  to: string;
}

export interface Spacing {
  width: number;
  height: number;
  /** Between boxes side by side, and between layers. */
  gapX: number;
  gapY: number;
  margin: number;
}

export interface Layered<L extends Link> {
  /** Middle of the upper edge of each node's box. */
  places: Map<string, { x: number; y: number; layer: number }>;
  /** Points that each link goes through, from the lower edge of a box to the upper edge of another. */
  ways: { link: L; points: [number, number][]; back: boolean }[];
  width: number;
  height: number;
}

/** A link that passes a layer takes so much of it. */
const PASSING = 26;
const SWEEPS = 8;

interface Slot {
  key: string;
  width: number;
  above: Slot[];
  below: Slot[];
  x: number;
}

/** Places nodes by the links between them. A link that would close a circle is drawn, but does not count. */
export function layered<L extends Link>(
  nodes: readonly string[],
  links: readonly L[],
  spacing: Spacing,
): Layered<L> {
  const known = new Set(nodes);
  const sound = links.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to);
  const { heights, back } = heightsOf(nodes, sound);
  const top = Math.max(0, ...heights.values());
  const layers: Slot[][] = Array.from({ length: top + 1 }, () => []);
  const slots = new Map<string, Slot>();
  const addSlot = (key: string, layer: number, width: number): Slot => {
    const slot: Slot = { key, width, above: [], below: [], x: 0 };
    layers[layer].push(slot);
    return slot;
  };
  for (const key of nodes) slots.set(key, addSlot(key, top - heights.get(key)!, spacing.width));
  const chains = sound.map((link) => {
    const ends: [Slot, Slot] = [slots.get(link.from)!, slots.get(link.to)!];
    const isBack = back.has(link);
    const [upper, lower] = isBack ? ends.toReversed() : ends;
    const first = top - heights.get(isBack ? link.to : link.from)!;
    const last = top - heights.get(isBack ? link.from : link.to)!;
    const chain = [upper];
    for (let layer = first + 1; layer < last; layer++) chain.push(addSlot('', layer, PASSING));
    chain.push(lower);
    for (let i = 1; i < chain.length; i++) {
      chain[i].above.push(chain[i - 1]);
      chain[i - 1].below.push(chain[i]);
    }
    return chain;
  });
  for (const layer of layers) for (const [i, slot] of layer.entries()) slot.x = i;
  for (let sweep = 0; sweep < SWEEPS; sweep++) order(layers, sweep % 2 === 0);
  for (const layer of layers) spread(layer, spacing.gapX, () => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) straighten(layers, spacing.gapX, sweep % 2 === 0);
  return placed(sound, chains, layers, slots, spacing, back);
}

/** How many links lead down from each node at most, and the links left out of that: they lead back up. */
function heightsOf<L extends Link>(
  nodes: readonly string[],
  links: readonly L[],
): { heights: Map<string, number>; back: Set<L> } {
  const below = new Map<string, L[]>(nodes.map((key) => [key, []]));
  for (const link of links) below.get(link.from)!.push(link);
  const heights = new Map<string, number>();
  const back = new Set<L>();
  const under = new Set<string>();
  const visit = (key: string): number => {
    const known = heights.get(key);
    if (known !== undefined) return known;
    under.add(key);
    let height = 0;
    for (const link of below.get(key)!) {
      if (under.has(link.to)) back.add(link);
      else height = Math.max(height, 1 + visit(link.to));
    }
    under.delete(key);
    heights.set(key, height);
    return height;
  };
  for (const key of nodes) visit(key);
  return { heights, back };
}

/** Each layer in the order of the middles of what its nodes are linked with, in the layer before. */
function order(layers: Slot[][], downwards: boolean): void {
  for (const layer of downwards ? layers : layers.toReversed()) {
    for (const [i, slot] of layer.entries()) {
      const linked = downwards ? slot.above : slot.below;
      slot.x = linked.length ? mean(linked.map(({ x }) => x)) : i;
    }
    layer.sort((a, b) => a.x - b.x);
    for (const [i, slot] of layer.entries()) slot.x = i;
  }
}

/** Moves nodes above and below what they are linked with, as far as their neighbours let them. */
function straighten(layers: Slot[][], gap: number, downwards: boolean): void {
  for (const layer of downwards ? layers : layers.toReversed()) {
    spread(layer, gap, (slot) => {
      const linked = downwards ? slot.above : slot.below;
      const all = linked.length ? linked : [...slot.above, ...slot.below];
      return all.length ? mean(all.map(({ x }) => x)) : slot.x;
    });
  }
}

/**
 * Gives the nodes of a layer middles as near as can be to those wanted, in their order and without touching: least
 * squares by pooling neighbours that would overlap.
 */
function spread(layer: readonly Slot[], gap: number, wanted: (slot: Slot) => number): void {
  const offsets: number[] = [];
  for (const [i, slot] of layer.entries()) {
    const before = layer[i - 1];
    offsets.push(before ? offsets[i - 1] + (before.width + slot.width) / 2 + gap : 0);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [i, slot] of layer.entries()) {
    let pool = { sum: wanted(slot) - offsets[i], count: 1 };
    for (
      let last = pools.at(-1);
      last && last.sum / last.count >= pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  }
  let i = 0;
  for (const { sum, count } of pools)
    for (const end = i + count; i < end; i++) layer[i].x = sum / count + offsets[i];
}

function placed<L extends Link>(
  links: readonly L[],
  chains: readonly Slot[][],
  layers: readonly Slot[][],
  slots: ReadonlyMap<string, Slot>,
  { height, gapY, margin }: Spacing,
  back: ReadonlySet<L>,
): Layered<L> {
  const all = layers.flat();
  const left = Math.min(...all.map(({ x, width }) => x - width / 2), 0);
  const right = Math.max(...all.map(({ x, width }) => x + width / 2), 0);
  const yOf = new Map<Slot, number>();
  const layerOf = new Map<Slot, number>();
  for (const [i, layer] of layers.entries())
    for (const slot of layer) {
      yOf.set(slot, margin + i * (height + gapY));
      layerOf.set(slot, i);
    }
  const xOf = (slot: Slot): number => margin + slot.x - left;
  const ways = links.map((link, i) => {
    const chain = chains[i];
    const points = chain.flatMap((slot, at): [number, number][] => {
      const y = yOf.get(slot)!;
      if (at === 0) return [[xOf(slot), y + height]];
      if (at === chain.length - 1) return [[xOf(slot), y]];
      return [
        [xOf(slot), y],
        [xOf(slot), y + height],
      ];
    });
    const isBack = back.has(link);
    return { link, points: isBack ? points.toReversed() : points, back: isBack };
  });
  return {
    places: new Map(
      [...slots].map(([key, slot]) => [key, { x: xOf(slot), y: yOf.get(slot)!, layer: layerOf.get(slot)! }]),
    ),
    ways,
    width: right - left + 2 * margin,
    height: layers.length * (height + gapY) - gapY + 2 * margin,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
