/** Where the classes and closures of a snapshot are written, when it lies in a recording. */
import { dirname } from 'node:path';
import type { Classes } from '../analysis/classes.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { Site } from '../protocol/findings.ts';
import { openRecording } from '../recording/reader.ts';
import { ScriptMap } from '../source/script-map.ts';
import { type Place, placeKey, placeOf } from './places.ts';

/** Looks up a node's site by the scripts of the recording around `RECORDING/snapshots/NNNN.heapsnapshot`. */
export async function siteFinder(
  graph: HeapGraph,
  file: string,
): Promise<(node: number) => Promise<Site | undefined>> {
  const map = await scriptsAround(file);
  return async (node) => {
    const place = placeOf(graph, node);
    if (!place) return undefined;
    const evidence = graph.nodeTypeNames[graph.nodeTypes[node]] === 'closure' ? 'closure' : 'class';
    return map.site(place.scriptId, place.line0, place.column0, { evidence });
  };
}

/** Gives `{site}` of a class by its name; undefined where it is not known. */
export type ClassSites = (className: string) => { site: Site } | undefined;

/** Where the classes of a snapshot are written: the place that most objects of that name come from. */
export async function classSites(graph: HeapGraph, classes: Classes, file: string): Promise<ClassSites> {
  return placeSites(
    file,
    [...classPlaces(graph, classes)].map(([index, place]) => ({ className: classes.names[index], place })),
  );
}

/** The same of places that are known. */
export async function placeSites(
  file: string,
  classes: readonly { className: string; place?: Place }[],
): Promise<ClassSites> {
  const sites = new Map<string, { site: Site }>();
  const placed = classes.filter(({ place }) => place);
  const map = placed.length ? await scriptsAround(file) : undefined;
  if (map?.scripts.length) {
    for (const { className, place } of placed) {
      const site = await map.site(place!.scriptId, place!.line0, place!.column0, { evidence: 'class' });
      if (site) sites.set(className, { site });
    }
  }
  return (className) => sites.get(className);
}

/** Where classes are written, by index in `names`. Functions and their like have places of their own, not of their class. */
export function classPlaces(graph: HeapGraph, { ofNode }: Classes): Map<number, Place> {
  const object = graph.nodeTypeNames.indexOf('object');
  const { nodes, scriptIds, lines, columns, count } = graph.locations;
  const counts = new Map<number, Map<string, { place: Place; count: number }>>();
  for (let i = 0; i < count; i++) {
    if (graph.nodeTypes[nodes[i]] !== object) continue;
    const place = { scriptId: scriptIds[i], line0: lines[i], column0: columns[i] };
    const index = ofNode[nodes[i]];
    let places = counts.get(index);
    if (!places) {
      places = new Map();
      counts.set(index, places);
    }
    const entry = places.get(placeKey(place));
    if (entry) entry.count++;
    else places.set(placeKey(place), { place, count: 1 });
  }
  return new Map(
    [...counts].map(([index, places]) => [
      index,
      [...places.values()].reduce((best, one) => (one.count > best.count ? one : best)).place,
    ]),
  );
}

/** The scripts of the recording that a file in `snapshots/` or `profiles/` lies in. */
export async function scriptsAround(file: string): Promise<ScriptMap> {
  const folder = dirname(dirname(file));
  // Sites are an extra: outside a recording, or where its list of scripts is lost, there are none.
  const scripts = await openRecording(folder).then(
    (recording) => recording.scripts,
    () => [],
  );
  return new ScriptMap(scripts, folder);
}
