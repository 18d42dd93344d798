/** Pictures of a heap that grows, drawn by hand. */
import { analyseHeap } from '../../src/analysis/heap.ts';
import { buildGraph, type DrawnEdge, type DrawnNode } from './graphs.ts';

/** Nodes by name, `id` from the first time the name is drawn. */
export class Drawing {
  readonly nodes: DrawnNode[] = [{ type: 'synthetic', name: '', id: 1 }];
  readonly edges: DrawnEdge[] = [];
  readonly locations: { node: number; scriptId: number; line: number; column: number }[] = [];
  private readonly at = new Map<string, number>([['root', 0]]);

  constructor(private readonly ids: Map<string, number>) {}

  node(
    key: string,
    node: DrawnNode,
    ...holders: [from: string, type?: string, name?: string | number][]
  ): this {
    if (!this.ids.has(key)) this.ids.set(key, 2 * this.ids.size + 3);
    this.at.set(key, this.nodes.push({ id: this.ids.get(key), size: 16, ...node }) - 1);
    for (const holder of holders) this.edge(holder[0], key, holder[1], holder[2]);
    return this;
  }

  edge(from: string, to: string, type = 'property', name: string | number = 'p'): this {
    this.edges.push([this.at.get(from)!, this.at.get(to)!, type, name]);
    return this;
  }

  /** Where the class or function of a node is written: 0-based. */
  place(key: string, scriptId: number, line: number, column = 0): this {
    this.locations.push({ node: this.at.get(key)!, scriptId, line, column });
    return this;
  }

  heap() {
    return analyseHeap(buildGraph(this));
  }
}

/** Two heaps of one process, ids last: `draw` at time 0 and at time 1. */
export function drawTwice(draw: (drawing: Drawing, time: number) => void) {
  const ids = new Map<string, number>();
  const [before, after] = [0, 1].map((time) => {
    const drawing = new Drawing(ids);
    draw(drawing, time);
    return drawing.heap();
  });
  return { before, after };
}
