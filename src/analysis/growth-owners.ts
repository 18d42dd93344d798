/**
 * The frontier from old to new: which old objects gained what is new, and at which container it fans out.
 * Works on net gains per dominator subtree: V8 reuses node ids, so "this object is new" is wrong for some
 * objects, while net gains of an owner stay exact.
 */
import { alike, type Baseline, kindHashes } from './growth-baseline.ts';
import type { LiveTotals } from './growth-live.ts';
import type { DominatedHeap } from './heap.ts';
import { typeRole } from './type-roles.ts';

/** A node below which gains fan out into many small parts. */
export interface Accumulation {
  node: number;
  /** Nearest node at or above `node` in the dominator tree that the baseline knows: its gain is net. */
  anchor: number;
  /** Anchors of other accumulations below `anchor`: their share is not this one's. */
  excluded: number[];
  objects: number;
  bytes: number;
  /** Set when the gain is a chain of like nodes (a linked list, promise chain): its repeating classes' node. */
  chain?: Chain;
}

/** Like nodes, each holding the next. */
export interface Chain {
  head: number;
  tail: number;
  /** Links from head to tail. */
  length: number;
  /** Nodes a link is made of. */
  period: number;
}

export interface Gains {
  /** 1 where the baseline has the same object (id and kind); 2 for embedder nodes, whose ids do not last. */
  old: Uint8Array;
  objects: GainColumn;
  bytes: GainColumn;
}

/** Int32Array where no gain passes its ends. */
type GainColumn = Int32Array | Float64Array;

/** Net gain of every node's dominator subtree since the baseline. */
export function gainsSince(baseline: Baseline, heap: DominatedHeap, live: LiveTotals): Gains {
  const { nodeCount, nodeIds } = heap.graph;
  const kindOf = kindHashes(heap.graph);
  const most = Math.max(live.bytes[0], baseline.bytes[baseline.row(nodeIds[0])] ?? 0);
  const fits = most < 2 ** 31;
  const column = (): GainColumn => (fits ? new Int32Array(nodeCount) : new Float64Array(nodeCount));
  // Losses add up without bounds, where what hung in a chain now hangs side by side. Gains do not: they are there.
  const least = fits ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
  const gains = { old: new Uint8Array(nodeCount), objects: column(), bytes: column() };
  const add = (to: GainColumn, node: number, gain: number): void => {
    to[node] = Math.max(least, to[node] + gain);
  };
  const { dominators, order } = heap;
  // Own weights first, then sums over the dominator tree; where the baseline knows a node, its sum is net.
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    const row = baseline.row(nodeIds[node]);
    if (row >= 0 && baseline.kinds[row] === kindOf(node)) {
      gains.old[node] = 1;
      gains.objects[node] = live.counts[node] - baseline.counts[row];
      gains.bytes[node] = live.bytes[node] - baseline.bytes[row];
    } else if ((nodeIds[node] & 1) === 0) {
      gains.old[node] = 2;
    } else {
      add(gains.objects, node, live.ownCount(node));
      add(gains.bytes, node, live.ownBytes(node));
    }
    const dominator = dominators[node];
    if (dominator === node) continue;
    add(gains.objects, dominator, gains.objects[node]);
    add(gains.bytes, dominator, gains.bytes[node]);
  }
  return gains;
}

export interface Threshold {
  objects: number;
  bytes: number;
}

/** Gains below this are not looked into: 1 % of all positive gain, and at least a handful of objects or 8 kB. */
export function significance(gains: Gains): Threshold {
  return { objects: Math.max(8, gains.objects[0] * 0.01), bytes: Math.max(8192, gains.bytes[0] * 0.01) };
}

/**
 * Walks the dominator tree from the root along significant gains, and returns every node that keeps a
 * significant residue: gain that no single child explains. Largest first.
 */
export function findAccumulations(heap: DominatedHeap, gains: Gains, threshold: Threshold): Accumulation[] {
  const { dominators, order } = heap;
  const significant = (objects: number, bytes: number) =>
    objects >= threshold.objects || bytes >= threshold.bytes;
  const children = new Map<number, number[]>();
  for (let i = 1; i < order.length; i++) {
    const node = order[i];
    if (!significant(gains.objects[node], gains.bytes[node])) continue;
    const list = children.get(dominators[node]);
    if (list) list.push(node);
    else children.set(dominators[node], [node]);
  }

  const found: Accumulation[] = [];
  const stack = [{ node: 0, anchor: 0, objects: gains.objects[0], bytes: gains.bytes[0] }];
  while (stack.length) {
    const at = stack.pop()!;
    let objects = at.objects;
    let bytes = at.bytes;
    for (const child of children.get(at.node) ?? []) {
      const old = gains.old[child] !== 0;
      // A new child may stand where another was before: it can't bring more than its holder gained net.
      const childObjects = old ? gains.objects[child] : Math.min(gains.objects[child], at.objects);
      const childBytes = old ? gains.bytes[child] : Math.min(gains.bytes[child], at.bytes);
      if (!significant(childObjects, childBytes)) continue;
      objects -= childObjects;
      bytes -= childBytes;
      stack.push({
        node: child,
        anchor: gains.old[child] === 1 ? child : at.anchor,
        objects: childObjects,
        bytes: childBytes,
      });
    }
    if (significant(objects, bytes)) {
      found.push({
        node: at.node,
        anchor: at.anchor,
        excluded: [],
        objects: Math.max(0, objects),
        bytes: Math.max(0, bytes),
      });
    }
  }
  return exclusions(heap, onePerAnchor(mergeStores(heap, climbChains(heap, gains, found))));
}

/** Lists, promise chains and the like: an accumulation deep in a repeating pattern belongs to the chain's holder. */
function climbChains(heap: DominatedHeap, gains: Gains, found: Accumulation[]): Accumulation[] {
  const isAlike = alike(heap.graph);
  const climbed = new Map<number, Accumulation>();
  const rest: Accumulation[] = [];
  for (const one of found) {
    const chain = chainAbove(heap, isAlike, one.node);
    if (!chain) {
      rest.push(one);
      continue;
    }
    // Where several hold its first link, a root may dominate it: nobody. Then the link itself stands for all.
    const above = heap.dominators[chain.head];
    const role = typeRole(heap.graph.nodeTypeNames[heap.graph.nodeTypes[above]]);
    const holder = role === 'root' ? chain.head : above;
    const before = climbed.get(holder);
    if (before) {
      if (chain.length > before.chain!.length) before.chain = chain;
      continue;
    }
    let anchor = holder;
    while (gains.old[anchor] !== 1 && anchor !== 0) anchor = heap.dominators[anchor];
    climbed.set(holder, {
      node: holder,
      anchor,
      excluded: [],
      objects: gains.old[holder] === 1 ? gains.objects[holder] : gains.objects[chain.head],
      bytes: gains.old[holder] === 1 ? gains.bytes[holder] : gains.bytes[chain.head],
      chain,
    });
  }
  // What was found at the holder itself, by another way, is the same accumulation; and so is what one of the links has.
  const links = new Set<number>();
  for (const { chain } of climbed.values()) {
    const end = heap.dominators[chain!.head];
    for (let at = chain!.tail; at !== end; at = heap.dominators[at]) links.add(at);
  }
  return [...rest.filter(({ node }) => !climbed.has(node) && !links.has(node)), ...climbed.values()];
}

/** Patterns of up to 6 kinds that repeat at least 4 times going up from `node`. */
function chainAbove(
  heap: DominatedHeap,
  isAlike: (a: number, b: number) => boolean,
  node: number,
): Chain | undefined {
  const trail: number[] = [];
  for (let at = node; trail.length < 30 && at !== 0; at = heap.dominators[at]) trail.push(at);
  // The gain may end within a part of the last link: let the pattern begin a few nodes up.
  for (let skip = 0; skip < 4; skip++) {
    for (let period = 1; period <= 6; period++) {
      if (trail.length < skip + period * 4) break;
      let repeats = true;
      for (let i = skip; i + period < skip + period * 4 && repeats; i++) {
        repeats = isAlike(trail[i], trail[i + period]);
      }
      if (!repeats) continue;
      let head = trail[skip];
      let length = 1;
      for (;;) {
        // One link up, kind by kind.
        let at = head;
        for (let i = 0; i < period; i++) at = heap.dominators[at];
        if (at === 0 || !isAlike(at, head)) break;
        head = at;
        length++;
      }
      return { head, tail: trail[skip], length, period };
    }
  }
  return undefined;
}

/** The owner of a backing store (table, elements, properties): the nearest dominator that is an object. */
export function foldStore(heap: DominatedHeap, node: number): number {
  const { graph, dominators } = heap;
  let at = node;
  while (at !== dominators[at] && typeRole(graph.nodeTypeNames[graph.nodeTypes[at]]) === 'store')
    at = dominators[at];
  return at;
}

/** What was found at an owner and at its backing store is one accumulation. */
function mergeStores(heap: DominatedHeap, found: Accumulation[]): Accumulation[] {
  const merged = new Map<number, Accumulation>();
  for (const one of found) {
    const owner = foldStore(heap, one.node);
    const before = merged.get(owner);
    if (before) {
      if (one.bytes > before.bytes)
        Object.assign(before, { node: one.node, chain: one.chain ?? before.chain });
      before.objects += one.objects;
      before.bytes += one.bytes;
    } else merged.set(owner, { ...one });
  }
  return [...merged.values()];
}

/**
 * What is measured over time is the anchor: of several accumulations below one anchor only the largest can stand
 * for it, and only where it makes up most of the gain.
 */
function onePerAnchor(found: Accumulation[]): Accumulation[] {
  const groups = new Map<number, Accumulation[]>();
  for (const one of found) {
    const group = groups.get(one.anchor);
    if (group) group.push(one);
    else groups.set(one.anchor, [one]);
  }
  return [...groups.values()].map((group) => {
    if (group.length === 1) return group[0];
    const objects = group.reduce((sum, one) => sum + one.objects, 0);
    const bytes = group.reduce((sum, one) => sum + one.bytes, 0);
    const largest = group.reduce((best, next) => (next.bytes > best.bytes ? next : best));
    const mostly = largest.bytes >= 0.5 * bytes || largest.objects >= 0.5 * objects;
    return { ...largest, node: mostly ? largest.node : largest.anchor, objects, bytes };
  });
}

/** Notes for each accumulation which other anchors lie right below its own. */
function exclusions(heap: DominatedHeap, found: Accumulation[]): Accumulation[] {
  const byAnchor = new Map<number, Accumulation[]>();
  for (const one of found) {
    const list = byAnchor.get(one.anchor);
    if (list) list.push(one);
    else byAnchor.set(one.anchor, [one]);
  }
  for (const anchor of byAnchor.keys()) {
    if (anchor === 0) continue;
    let above = heap.dominators[anchor];
    while (above !== 0 && !byAnchor.has(above)) above = heap.dominators[above];
    for (const one of byAnchor.get(above) ?? []) one.excluded.push(anchor);
  }
  return found.sort((a, b) => b.bytes - a.bytes);
}
