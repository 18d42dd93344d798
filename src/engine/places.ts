/** Where V8 says that the class of an object, or a function, is written. */
import type { HeapGraph } from '../heap/graph.ts';

/** 0-based, as in the snapshot. */
export interface Place {
  scriptId: number;
  line0: number;
  column0: number;
}

/** V8's place for a class instance (its constructor) or a function. */
export function placeOf(graph: HeapGraph, node: number): Place | undefined {
  const { nodes, scriptIds, lines, columns } = graph.locations;
  let low = 0;
  let high = graph.locations.count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (nodes[middle] === node) {
      return { scriptId: scriptIds[middle], line0: lines[middle], column0: columns[middle] };
    }
    if (nodes[middle] < node) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** The places of many nodes, commonest first. */
export function commonPlaces(graph: HeapGraph, nodes: number[]): Place[] {
  const counts = new Map<string, { place: Place; count: number }>();
  for (const node of nodes) {
    const place = placeOf(graph, node);
    if (!place) continue;
    const key = placeKey(place);
    const entry = counts.get(key);
    if (entry) entry.count++;
    else counts.set(key, { place, count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).map((entry) => entry.place);
}

/** The same for the same place. */
export function placeKey({ scriptId, line0, column0 }: Place): string {
  return `${scriptId}:${line0}:${column0}`;
}
