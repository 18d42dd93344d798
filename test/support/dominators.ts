/**
 * Immediate dominators by definition: v dominates w when w can't be reached without v. Nodes that nothing leads to hang
 * below the root, node 0; what can't be reached, and the root, have 0. Adds to `successors`.
 */
export function immediateDominators(successors: number[][]): number[] {
  const led = new Set(successors.flat());
  for (let node = 1; node < successors.length; node++) if (!led.has(node)) successors[0].push(node);
  const reach = (without: number): Set<number> => {
    const seen = new Set<number>();
    const list = without === 0 ? [] : [0];
    for (let node = list.pop(); node !== undefined; node = list.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      list.push(...successors[node].filter((target) => target !== without));
    }
    return seen;
  };
  const all = reach(-1);
  const without = successors.map((_, node) => reach(node));
  const dominates = (v: number, w: number): boolean => !without[v].has(w);
  return successors.map((_, w) => {
    if (!all.has(w) || w === 0) return 0;
    const strict = [...all].filter((v) => v !== w && dominates(v, w));
    // The nearest is the one that all others dominate.
    return strict.find((v) => strict.every((other) => other === v || dominates(other, v)))!;
  });
}
