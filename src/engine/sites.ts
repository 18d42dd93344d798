/** Where the classes and closures of a snapshot are written, when it lies in a recording. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HeapGraph } from '../heap/graph.ts';
import type { Site } from '../protocol/findings.ts';
import type { ScriptsFile } from '../protocol/recording.ts';
import { ScriptMap } from '../source/script-map.ts';

/** Looks up a node's site by the scripts of the recording around `RECORDING/snapshots/NNNN.heapsnapshot`. */
export async function siteFinder(
  graph: HeapGraph,
  file: string,
): Promise<(node: number) => Promise<Site | undefined>> {
  const folder = dirname(dirname(file));
  const scripts = new ScriptMap(await readScripts(join(folder, 'scripts.json')), folder);
  const { nodes, scriptIds, lines, columns } = graph.locations;
  return async (node) => {
    const row = indexOfSorted(nodes, node);
    if (row < 0) return undefined;
    const evidence = graph.nodeTypeNames[graph.nodeTypes[node]] === 'closure' ? 'closure' : 'class';
    return scripts.site(scriptIds[row], lines[row], columns[row], { evidence });
  };
}

/** Sites are an extra: without scripts, or with a damaged list, there are none. */
async function readScripts(file: string): Promise<ScriptsFile['scripts']> {
  try {
    const { scripts } = JSON.parse(await readFile(file, 'utf8')) as Partial<ScriptsFile>;
    return Array.isArray(scripts) ? scripts : [];
  } catch {
    return [];
  }
}

function indexOfSorted(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] === value) return middle;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
