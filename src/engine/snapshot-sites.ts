/** Where the classes and closures of a snapshot are written, when it lies in a recording. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HeapGraph } from '../heap/graph.ts';
import type { Site } from '../protocol/findings.ts';
import type { ScriptsFile } from '../protocol/recording.ts';
import { ScriptMap } from '../source/script-map.ts';
import { placeOf } from './owner-facts.ts';

/** Looks up a node's site by the scripts of the recording around `RECORDING/snapshots/NNNN.heapsnapshot`. */
export async function siteFinder(
  graph: HeapGraph,
  file: string,
): Promise<(node: number) => Promise<Site | undefined>> {
  const folder = dirname(dirname(file));
  const scripts = new ScriptMap(await readScripts(join(folder, 'scripts.json')), folder);
  return async (node) => {
    const place = placeOf(graph, node);
    if (!place) return undefined;
    const evidence = graph.nodeTypeNames[graph.nodeTypes[node]] === 'closure' ? 'closure' : 'class';
    return scripts.site(place.scriptId, place.line0, place.column0, { evidence });
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
