/** What is in an object, in a line. */
import { className, shapeName } from '../../analysis/classes.ts';
import { edgeName } from '../../analysis/labels.ts';
import type { HeapGraph } from '../../heap/graph.ts';

const MOST_TEXT = 100;
const MOST_INNER_TEXT = 24;
const MOST_FIELDS = 5;
/** Edges looked at for them: an object may have a million others. */
const MOST_EDGES = 200;
/** Pieces of a concatenated string that are looked at. */
const MOST_PIECES = 50;
/** UTF-16 units of a text that is put together: pieces may be shared a million times. */
const MOST_WHOLE = 100e6;

/** `{role: "user", content: "How do I…"}`, `"text"`, `push()`, `Array [Turn, Turn, …]`. */
export function preview(graph: HeapGraph, node: number): string {
  const type = graph.nodeTypeNames[graph.nodeTypes[node]];
  if (isText(type)) return JSON.stringify(cut(textOf(graph, node), MOST_TEXT));
  if (type !== 'object') return nameOf(graph, node, type);
  const name = className(graph, node);
  const elements: string[] = [];
  const fields: string[] = [];
  let more = false;
  const end = graph.firstEdges[node + 1];
  const last = Math.min(end, graph.firstEdges[node] + MOST_EDGES);
  for (let edge = graph.firstEdges[node]; edge < last; edge++) {
    const kind = graph.edgeTypeNames[graph.edgeTypes[edge]];
    const key = edgeName(graph, edge);
    const element = kind === 'element';
    if (!element && (kind !== 'property' || key === '__proto__')) continue;
    const list = element ? elements : fields;
    if (list.length === MOST_FIELDS) {
      more = true;
      continue;
    }
    const value = short(graph, graph.edgeTargets[edge]);
    list.push(element ? value : `${cut(key, MOST_INNER_TEXT)}: ${value}`);
  }
  if (last < end) more = true;
  // Of an array the elements say all: its other properties are V8's.
  const parts = name === 'Array' && elements.length ? elements : [...fields, ...elements];
  const inside = [...parts.slice(0, MOST_FIELDS), ...(more || parts.length > MOST_FIELDS ? ['…'] : [])];
  if (!inside.length) return name === 'Object' ? '{}' : cut(name, MOST_TEXT);
  if (name === 'Array') return `[${inside.join(', ')}]`;
  return `${name === 'Object' ? '' : `${cut(name, MOST_INNER_TEXT)} `}{${inside.join(', ')}}`;
}

/** A value within another. */
function short(graph: HeapGraph, node: number): string {
  const type = graph.nodeTypeNames[graph.nodeTypes[node]];
  if (isText(type)) return JSON.stringify(cut(textOf(graph, node), MOST_INNER_TEXT));
  if (type !== 'object') return cut(nameOf(graph, node, type), MOST_INNER_TEXT);
  const name = className(graph, node);
  return cut(name === 'Object' ? (shapeName(graph, node) ?? name) : name, MOST_INNER_TEXT);
}

function nameOf(graph: HeapGraph, node: number, type: string): string {
  const name = graph.strings.get(graph.nodeNames[node]);
  if (type === 'closure') return name ? `${cut(name, MOST_TEXT)}()` : 'function';
  if (type === 'regexp') return `/${cut(name, MOST_TEXT)}/`;
  return cut(name || `(${type})`, MOST_TEXT);
}

function isText(type: string): boolean {
  return type === 'string' || type === 'concatenated string' || type === 'sliced string';
}

/** A string's text, of one that is put together the beginning; undefined for other nodes. */
export function stringText(graph: HeapGraph, node: number): string | undefined {
  return isText(graph.nodeTypeNames[graph.nodeTypes[node]]) ? textOf(graph, node) : undefined;
}

/** The whole of it, however many pieces it is put together of; undefined for other nodes. */
export function wholeText(graph: HeapGraph, node: number): string | undefined {
  if (!isText(graph.nodeTypeNames[graph.nodeTypes[node]])) return undefined;
  return textOf(graph, node, Number.POSITIVE_INFINITY, MOST_WHOLE);
}

function textOf(
  graph: HeapGraph,
  node: number,
  most = MOST_PIECES,
  longest = Number.POSITIVE_INFINITY,
): string {
  const { nodeTypes, nodeTypeNames, strings, nodeNames, firstEdges, edgeTargets } = graph;
  let text = '';
  const rest = [node];
  for (let pieces = 0; rest.length && pieces < most && text.length < longest; pieces++) {
    const next = rest.pop()!;
    if (nodeTypeNames[nodeTypes[next]] !== 'concatenated string') {
      text += strings.get(nodeNames[next]);
      continue;
    }
    const halves: Record<string, number> = {};
    for (let edge = firstEdges[next]; edge < Math.min(firstEdges[next + 1], firstEdges[next] + 8); edge++) {
      if (graph.edgeTypeNames[graph.edgeTypes[edge]] === 'internal')
        halves[edgeName(graph, edge)] ??= edgeTargets[edge];
    }
    for (const half of [halves.second, halves.first]) if (half !== undefined) rest.push(half);
  }
  return text;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
