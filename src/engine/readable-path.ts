/** A retaining path as a person reads it. */
import type { PathStep } from '../analysis/paths.ts';
import type { Retainers } from '../analysis/retainers.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { nameOfClass } from './node-names.ts';
import { type Place, placeOf } from './places.ts';
import { namedStep } from './step-names.ts';

export interface PathFact {
  edge: string;
  name: string;
  className: string;
  nodeId: number;
  place?: Place;
}

/** What lies between the roots and the program: Node's module machinery and V8's. */
const MACHINERY =
  /^(ModuleLoader|LoadCache|ModuleJob|ModuleJobSync|ModuleJobBase|ModuleWrap|BuiltinModule|Generator|AsyncFunctionObject|Node \/ .*|system \/ (?!Context).*|\(.*\)|)$/;

/** The path without roots, backing stores and machinery, each entry named by the edge that leads to it. */
export function readablePath(graph: HeapGraph, retainers: Retainers, steps: PathStep[]): PathFact[] {
  const facts: PathFact[] = [];
  let begin = 0;
  steps.forEach((step, i) => {
    const type = graph.nodeTypeNames[graph.nodeTypes[step.node]];
    const name = graph.strings.get(graph.nodeNames[step.node]);
    if (type !== 'object' && type !== 'closure' && type !== 'native') return;
    if (i < steps.length - 1 && MACHINERY.test(name)) {
      begin = facts.length;
      return;
    }
    if (name === 'system / Context' && i < steps.length - 1) return;
    // The root's own edges are numbers without a meaning.
    const edge: { label: string; name?: string } =
      i > 0 ? namedStep(graph, retainers, steps, i) : { label: '' };
    facts.push({
      edge: edge.label,
      name: edge.name ?? nameOfClass(graph, step.node),
      className: nameOfClass(graph, step.node),
      nodeId: graph.nodeIds[step.node],
      place: placeOf(graph, step.node),
    });
  });
  return facts.slice(Math.min(begin, Math.max(0, facts.length - 1)));
}
