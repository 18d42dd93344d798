/** Writes a heap as V8 writes it, byte by byte: in the layout of Node 24, or in that of Node 20. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { EDGE_TYPES, type HeapBuilder, NODE_TYPES } from './heap-builder.ts';

/** Node 20: seven fields to a node, a newline before each row. Node 24: six, and none. */
export type Layout = 20 | 24;

const BUFFER_BYTES = 1 << 20;
/** No row is longer, and no piece of a text. */
const SPARE_BYTES = 1 << 14;

/**
 * Writes the heap to that file, which is there when it is whole. Blocks come in an order that follows from the seed,
 * as a moving collector leaves them; the first stays first.
 */
export async function writeSnapshot(
  heap: HeapBuilder,
  path: string,
  layout: Layout,
  random: () => number,
): Promise<void> {
  const out = new Output();
  await out.open(`${path}.part`);
  try {
    const { order, positions } = shuffled(heap, random);
    await writeHeader(out, heap, layout);
    await writeNodes(out, heap, layout, order);
    await writeEdges(out, heap, layout, order, positions);
    out.text(',\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n');
    await writeLocations(out, heap, layout, positions);
    await writeStrings(out, heap, layout);
    await out.close();
    await rename(`${path}.part`, path);
  } catch (error) {
    await out.close().catch(() => {});
    await rm(`${path}.part`, { force: true });
    throw error;
  }
}

/** Node fields of that layout. */
export function nodeFields(layout: Layout): string[] {
  const shared = ['type', 'name', 'id', 'self_size', 'edge_count'];
  return layout === 20 ? [...shared, 'trace_node_id', 'detachedness'] : [...shared, 'detachedness'];
}

export function headerText(layout: Layout, nodeCount: number, edgeCount: number): string {
  const fields = nodeFields(layout);
  const nodeTypes = layout === 20 ? [...NODE_TYPES, 'wasm object'] : NODE_TYPES;
  const meta = {
    node_fields: fields,
    node_types: [nodeTypes, 'string', ...fields.slice(2).map(() => 'number')],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
    trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
    trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
    sample_fields: ['timestamp_us', 'last_assigned_id'],
    location_fields: ['object_index', 'script_id', 'line', 'column'],
  };
  const counts = { node_count: nodeCount, edge_count: edgeCount, trace_function_count: 0 };
  const native = layout === 20 ? {} : { extra_native_bytes: 0 };
  return `{"snapshot":${JSON.stringify({ meta, ...counts, ...native })},\n`;
}

async function writeHeader(out: Output, heap: HeapBuilder, layout: Layout): Promise<void> {
  out.text(headerText(layout, heap.nodeCount, heap.edgeCount));
}

async function writeNodes(out: Output, heap: HeapBuilder, layout: Layout, order: Uint32Array): Promise<void> {
  const [types, names, ids, sizes, counts] = [
    heap.types.values(),
    heap.names.values(),
    heap.ids.values(),
    heap.sizes.values(),
    heap.edgeCounts.values(),
  ];
  out.text('"nodes":[');
  for (let i = 0; i < order.length; i++) {
    if (out.full) await out.flush();
    const node = order[i];
    out.next(i, layout);
    out.number(types[node]);
    out.number(names[node], true);
    out.number(ids[node], true);
    out.number(sizes[node], true);
    out.number(counts[node], true);
    out.number(0, true);
    if (layout === 20) out.number(0, true);
  }
  out.end(layout);
}

async function writeEdges(
  out: Output,
  heap: HeapBuilder,
  layout: Layout,
  order: Uint32Array,
  positions: Uint32Array,
): Promise<void> {
  const [first, counts, types, names, targets] = [
    heap.firstEdges.values(),
    heap.edgeCounts.values(),
    heap.edgeTypes.values(),
    heap.edgeNames.values(),
    heap.edgeTargets.values(),
  ];
  const width = nodeFields(layout).length;
  let row = 0;
  out.text(',\n"edges":[');
  for (let i = 0; i < order.length; i++) {
    const from = first[order[i]];
    const end = from + counts[order[i]];
    for (let edge = from; edge < end; edge++) {
      if (out.full) await out.flush();
      out.next(row++, layout);
      out.number(types[edge]);
      out.number(names[edge], true);
      out.number(positions[targets[edge]] * width, true);
    }
  }
  out.end(layout);
}

async function writeLocations(
  out: Output,
  heap: HeapBuilder,
  layout: Layout,
  positions: Uint32Array,
): Promise<void> {
  const values = heap.locations.values();
  const width = nodeFields(layout).length;
  out.text('"locations":[');
  for (let at = 0; at < values.length; at += 4) {
    if (out.full) await out.flush();
    out.next(at, layout);
    out.number(positions[values[at]] * width);
    for (let field = 1; field < 4; field++) out.number(values[at + field], true);
  }
  out.end(layout);
}

async function writeStrings(out: Output, heap: HeapBuilder, layout: Layout): Promise<void> {
  out.text(',\n"strings":[');
  for (let index = 0; index < heap.textCount; index++) {
    if (out.full) await out.flush();
    if (index > 0) out.text(layout === 20 ? ',\n' : ',');
    await out.longText(quoted(heap.textAt(index)));
  }
  out.text(']}');
}

/** As V8 does: ASCII, everything else as `\uXXXX`. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

/** File order of nodes, and where each node is in it. */
function shuffled(heap: HeapBuilder, random: () => number): { order: Uint32Array; positions: Uint32Array } {
  const starts = [...heap.blocks];
  for (let i = starts.length - 1; i > 1; i--) {
    const j = 1 + Math.floor(random() * i);
    [starts[i], starts[j]] = [starts[j], starts[i]];
  }
  const ends = new Map(heap.blocks.map((start, i) => [start, heap.blocks[i + 1] ?? heap.nodeCount]));
  const order = new Uint32Array(heap.nodeCount);
  const positions = new Uint32Array(heap.nodeCount);
  let at = 0;
  for (const start of starts) {
    for (let node = start; node < ends.get(start)!; node++) {
      positions[node] = at;
      order[at++] = node;
    }
  }
  return { order, positions };
}

/** Text and numbers into a file, in large pieces. */
export class Output {
  private readonly buffer = Buffer.allocUnsafe(BUFFER_BYTES + SPARE_BYTES);
  private at = 0;
  private file?: FileHandle;

  async open(path: string): Promise<void> {
    this.file = await open(path, 'w');
  }

  /** To be flushed before the next row. */
  get full(): boolean {
    return this.at >= BUFFER_BYTES;
  }

  text(text: string): void {
    this.at += this.buffer.write(text, this.at, 'latin1');
  }

  /** A text of any length. */
  async longText(text: string): Promise<void> {
    for (let at = 0; at < text.length; at += SPARE_BYTES) {
      if (this.full) await this.flush();
      this.text(text.slice(at, at + SPARE_BYTES));
    }
  }

  /** What stands before a row of a list. */
  next(row: number, layout: Layout): void {
    if (row === 0) return;
    if (layout === 20) this.buffer[this.at++] = 0x0a;
    this.buffer[this.at++] = 0x2c;
  }

  number(value: number, after = false): void {
    const { buffer } = this;
    if (after) buffer[this.at++] = 0x2c;
    let digits = 1;
    for (let bound = 10; value >= bound; bound *= 10) digits++;
    for (let i = this.at + digits - 1; i >= this.at; i--) {
      const rest = Math.floor(value / 10);
      buffer[i] = 0x30 + value - rest * 10;
      value = rest;
    }
    this.at += digits;
  }

  end(layout: Layout): void {
    this.text(layout === 20 ? '\n]' : ']');
  }

  async flush(): Promise<void> {
    await this.file?.write(this.buffer, 0, this.at);
    this.at = 0;
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    if (!file) return;
    try {
      if (this.at > 0) await file.write(this.buffer, 0, this.at);
    } finally {
      this.at = 0;
      await file.close();
    }
  }
}
