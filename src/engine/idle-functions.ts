import { edgeName } from '../analysis/labels.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { type Place, placeKey, placeOf } from './places.ts';

/**
 * Which functions were not called, told by many snapshots: V8 compiles a function when it is first called, and drops
 * the bytecode of what was not called for long. A function that has bytecode in no snapshot stored nothing; one that
 * lost it by the last is not what stores again and again.
 */
export class IdleFunctions {
  private readonly compiled = new Set<string>();
  private readonly uncompiled = new Set<string>();
  private readonly compiledAtEnd = new Set<string>();
  private readonly uncompiledAtEnd = new Set<string>();
  private readonly seen = new Set<string>();

  /** @param isEnd whether it is the last snapshot */
  note(graph: HeapGraph, isEnd: boolean): void {
    const closure = graph.nodeTypeNames.indexOf('closure');
    for (let node = 0; node < graph.nodeCount; node++) {
      if (graph.nodeTypes[node] !== closure) continue;
      const place = placeOf(graph, node);
      if (place) this.seen.add(placeKey(place));
      const shared = target(graph, node, /^shared$/);
      const code = shared === undefined ? undefined : target(graph, shared, FUNCTION_DATA);
      if (code === undefined || !place) continue;
      const isIdle = graph.strings.get(graph.nodeNames[code]).startsWith('system / UncompiledData');
      const key = placeKey(place);
      (isIdle ? this.uncompiled : this.compiled).add(key);
      if (isEnd) (isIdle ? this.uncompiledAtEnd : this.compiledAtEnd).add(key);
    }
  }

  /** False also for what no snapshot has. */
  has(place: Place): boolean {
    const key = placeKey(place);
    if (this.uncompiledAtEnd.has(key) && !this.compiledAtEnd.has(key)) return true;
    return this.uncompiled.has(key) && !this.compiled.has(key);
  }

  /** No snapshot has such a function: it was not made, or is made anew for each use. */
  isUnseen(place: Place): boolean {
    return !this.seen.has(placeKey(place));
  }
}

/** SharedFunctionInfo's field: `function_data` on Node 20, `trusted_` and `untrusted_function_data` later. */
const FUNCTION_DATA = /^(trusted_|untrusted_)?function_data$/;

function target(graph: HeapGraph, node: number, name: RegExp): number | undefined {
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
    if (name.test(edgeName(graph, edge))) return graph.edgeTargets[edge];
  }
  return undefined;
}
