/** Where the classes and closures of a snapshot are written, when it lies in a recording. */
import { dirname } from 'node:path';
import type { HeapGraph } from '../heap/graph.ts';
import type { Site } from '../protocol/findings.ts';
import { openRecording } from '../recording/reader.ts';
import { ScriptMap } from '../source/script-map.ts';
import { placeOf } from './places.ts';

/** Looks up a node's site by the scripts of the recording around `RECORDING/snapshots/NNNN.heapsnapshot`. */
export async function siteFinder(
  graph: HeapGraph,
  file: string,
): Promise<(node: number) => Promise<Site | undefined>> {
  const folder = dirname(dirname(file));
  // Sites are an extra: outside a recording, or where its list of scripts is lost, there are none.
  const scripts = await openRecording(folder).then(
    (recording) => recording.scripts,
    () => [],
  );
  const map = new ScriptMap(scripts, folder);
  return async (node) => {
    const place = placeOf(graph, node);
    if (!place) return undefined;
    const evidence = graph.nodeTypeNames[graph.nodeTypes[node]] === 'closure' ? 'closure' : 'class';
    return map.site(place.scriptId, place.line0, place.column0, { evidence });
  };
}
