/** The containers of a heap that may be pools of agents or sessions: by what is in them, before anyone knows their names. */
import { className } from '../../analysis/classes.ts';
import type { ContainerEntry, ContainerKind, EntryReader } from '../../analysis/entries.ts';
import { edgeName } from '../../analysis/labels.ts';
import type { HeapGraph } from '../../heap/graph.ts';
import { nameOfClass } from '../node-names.ts';
import { contentScore, type KeyLook, lookOfKeys, namesEntry, namesPool, ownerOfKey } from './words.ts';

export interface Candidate {
  node: number;
  kind: ContainerKind;
  /** Commonest class or shape of the entries, and whether its name is that of an agent or session. */
  entryClass: string;
  entryNamed: boolean;
  /** Names of fields and variables that hold it, which say that it is a pool. */
  poolNames: string[];
  keys: KeyLook;
  /** Share of the keys that are names of sessions seen at work. */
  seen: number;
  content: number;
  /** Fields of entries that say they are of agents or sessions. */
  fields: string[];
}

/** Fewer entries are no pool. */
const LEAST = 3;
const FIRST_LOOK = 24;
const SAMPLE = 200;
/** Of one class or shape. */
const ALIKE = 0.8;
/** Fields of an entry that are looked at. */
const MOST_FIELDS = 64;
const LOOKED_INTO = 12;

/** @param isSession whether a text is the name of a session that was seen at work */
export function findCandidates(
  graph: HeapGraph,
  reader: EntryReader,
  isSession: (name: string) => boolean,
): Candidate[] {
  const names = poolNames(graph);
  const mayHold = quickLook(graph);
  const found: Candidate[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    const kind = reader.kindOf(node);
    if (!kind) continue;
    const held = names.get(node) ?? [];
    if (!held.length && !mayHold(node, kind)) continue;
    const head = reader.read(node, kind, FIRST_LOOK);
    if (head.length < LEAST || !isAlike(graph, head)) continue;
    if (!isWorthALook(graph, kind, head, held.length > 0, isSession)) continue;
    found.push(describe(graph, reader, node, kind, held, isSession));
  }
  return found;
}

/** Without reading names: most objects are records and lists of something else. */
function quickLook(graph: HeapGraph): (node: number, kind: ContainerKind) => boolean {
  const { property, element, object } = {
    property: graph.edgeTypeNames.indexOf('property'),
    element: graph.edgeTypeNames.indexOf('element'),
    object: graph.nodeTypeNames.indexOf('object'),
  };
  const entryNames = new Map<number, boolean>();
  const isEntry = (node: number): boolean => {
    const name = graph.nodeNames[node];
    let known = entryNames.get(name);
    if (known === undefined) {
      known = namesEntry(graph.strings.get(name));
      entryNames.set(name, known);
    }
    return known;
  };
  return (node, kind) => {
    if (kind === 'map' || kind === 'lru') return true;
    let held = 0;
    let objects = 0;
    const end = Math.min(graph.firstEdges[node + 1], graph.firstEdges[node] + FIRST_LOOK);
    for (let edge = graph.firstEdges[node]; edge < end; edge++) {
      const type = graph.edgeTypes[edge];
      if (
        kind === 'dictionary' ? type !== property && type !== element : type !== element && kind === 'array'
      )
        continue;
      const target = graph.edgeTargets[edge];
      if (kind === 'array') return graph.nodeTypes[target] === object && isEntry(target);
      held++;
      if (graph.nodeTypes[target] === object) objects++;
    }
    // One of them is the prototype.
    return kind === 'set' || (objects > LEAST - 1 && objects >= ALIKE * (held - 1));
  };
}

/** Nearly all entries are objects of one constructor, or nearly all texts. */
function isAlike(graph: HeapGraph, entries: readonly ContainerEntry[]): boolean {
  const counts = new Map<number, number>();
  for (const { value } of entries) {
    const type = graph.nodeTypeNames[graph.nodeTypes[value]];
    if (type !== 'object' && !type.endsWith('string')) continue;
    const kind = type === 'object' ? graph.nodeNames[value] : -1;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values()) >= ALIKE * entries.length;
}

/** What is held by the name of a pool, and by which. */
function poolNames(graph: HeapGraph): Map<number, string[]> {
  const { edgeTypes, edgeTargets, edgeNames, nodeTypes, strings } = graph;
  const property = graph.edgeTypeNames.indexOf('property');
  const context = graph.edgeTypeNames.indexOf('context');
  const object = graph.nodeTypeNames.indexOf('object');
  /** By text: 0 not looked at, 1 no, 2 it is one. */
  const known = new Uint8Array(strings.count);
  const found = new Map<number, string[]>();
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const type = edgeTypes[edge];
    if ((type !== property && type !== context) || nodeTypes[edgeTargets[edge]] !== object) continue;
    const text = edgeNames[edge];
    if (known[text] === 0) known[text] = namesPool(strings.get(text)) ? 2 : 1;
    if (known[text] === 1) continue;
    const name = strings.get(text);
    const held = found.get(edgeTargets[edge]);
    if (!held) found.set(edgeTargets[edge], [name]);
    else if (!held.includes(name)) held.push(name);
  }
  return found;
}

function isWorthALook(
  graph: HeapGraph,
  kind: ContainerKind,
  head: readonly ContainerEntry[],
  named: boolean,
  isSession: (name: string) => boolean,
): boolean {
  const [{ value }] = head;
  const isText = graph.nodeTypeNames[graph.nodeTypes[value]].endsWith('string');
  const keys = head.flatMap(({ key }) => (key === undefined ? [] : [key]));
  if (keys.some((key) => isSession(ownerOfKey(key)))) return true;
  if (isText) return named && lookOfKeys(keys) === 'ids';
  const entryNamed = namesEntry(className(graph, unwrapped(graph, value)));
  if (kind === 'array' || kind === 'set') return entryNamed;
  if (named || entryNamed) return true;
  return keys.length ? lookOfKeys(keys) === 'ids' : kind === 'map';
}

function describe(
  graph: HeapGraph,
  reader: EntryReader,
  node: number,
  kind: ContainerKind,
  held: string[],
  isSession: (name: string) => boolean,
): Candidate {
  const entries = reader.read(node, kind, SAMPLE);
  const keys = entries.flatMap(({ key }) => (key === undefined ? [] : [ownerOfKey(key)]));
  const fields = new Map<string, number>();
  const every = Math.max(1, Math.floor(entries.length / LOOKED_INTO));
  let looked = 0;
  for (let i = 0; i < entries.length; i += every) {
    looked++;
    for (const field of fieldsOf(graph, unwrapped(graph, entries[i].value)))
      fields.set(field, (fields.get(field) ?? 0) + 1);
  }
  const common = [...fields].filter(([, count]) => count >= looked / 2).map(([field]) => field);
  const entryClass = commonestClass(graph, entries);
  return {
    node,
    kind,
    entryClass,
    entryNamed: namesEntry(className(graph, unwrapped(graph, entries[0].value))),
    poolNames: held,
    keys: lookOfKeys(keys),
    seen: entries.length ? keys.filter(isSession).length / entries.length : 0,
    content: contentScore(common),
    fields: common.filter((field) => contentScore([field]) > 0),
  };
}

/** What a cache's entry stands for: its `value`, or that one's. */
function unwrapped(graph: HeapGraph, node: number): number {
  let at = node;
  for (let level = 0; level < 2; level++) {
    const inner = fieldOf(graph, at, 'value');
    if (inner === undefined || graph.nodeTypeNames[graph.nodeTypes[inner]] !== 'object') break;
    at = inner;
  }
  return at;
}

function fieldOf(graph: HeapGraph, node: number, name: string): number | undefined {
  if (graph.nodeTypeNames[graph.nodeTypes[node]] !== 'object') return undefined;
  const end = Math.min(graph.firstEdges[node + 1], graph.firstEdges[node] + MOST_FIELDS);
  for (let edge = graph.firstEdges[node]; edge < end; edge++)
    if (graph.edgeTypeNames[graph.edgeTypes[edge]] === 'property' && edgeName(graph, edge) === name)
      return graph.edgeTargets[edge];
  return undefined;
}

/** The names of an object's own fields. */
function fieldsOf(graph: HeapGraph, node: number): string[] {
  const fields: string[] = [];
  if (graph.nodeTypeNames[graph.nodeTypes[node]] !== 'object') return fields;
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
    if (graph.edgeTypeNames[graph.edgeTypes[edge]] !== 'property') continue;
    fields.push(edgeName(graph, edge));
    if (fields.length >= MOST_FIELDS) break;
  }
  return fields;
}

function commonestClass(graph: HeapGraph, entries: readonly ContainerEntry[]): string {
  const counts = new Map<string, number>();
  for (const { value } of entries) {
    const name = nameOfClass(graph, unwrapped(graph, value));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), ['', 0] as [
    string,
    number,
  ])[0];
}
