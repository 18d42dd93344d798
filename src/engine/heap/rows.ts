import { edgeLabel } from '../../analysis/labels.ts';
import type { EdgeRow, NodeRow } from '../../protocol/heap-rows.ts';
import type { HeapColumns } from './columns.ts';
import { preview, stringText } from './preview.ts';
import { detachedTest } from './scan.ts';

/** Nodes and edges as they cross the wire. */
export class RowMaker {
  private isDetached?: (node: number) => boolean;

  constructor(private readonly columns: HeapColumns) {}

  node(node: number): NodeRow {
    const { graph } = this.columns;
    const { shallowSizes, retainedSizes, distances } = this.columns.heap();
    const { names, ofNode } = this.columns.classes();
    this.isDetached ??= detachedTest(this.columns);
    return {
      nodeId: graph.nodeIds[node],
      className: names[ofNode[node]],
      type: graph.nodeTypeNames[graph.nodeTypes[node]],
      preview: preview(graph, node),
      selfSize: shallowSizes[node],
      retainedSize: retainedSizes[node],
      distance: distances[node],
      ...(this.isDetached(node) && { detached: true }),
    };
  }

  /** `end`: the node at that end of the edge which is told of. */
  edge(edge: number, end: number): EdgeRow {
    const { graph } = this.columns;
    return {
      edge: edgeLabel(graph, edge),
      edgeType: graph.edgeTypeNames[graph.edgeTypes[edge]],
      node: this.node(end),
    };
  }

  /** V8's name for a node; of a string its text. */
  name(node: number): string {
    const { graph } = this.columns;
    return stringText(graph, node) ?? graph.strings.get(graph.nodeNames[node]);
  }
}
