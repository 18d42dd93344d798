/** What reading and analysing a snapshot takes of memory, told from its first bytes and its size. */
import { open } from 'node:fs/promises';
import { checkFileSize, type Header } from '../heap/header.ts';
import { peekHeader } from '../heap/peek.ts';

/** Bytes. */
export interface MemoryNeed {
  file: string;
  fileBytes: number;
  /** For classes with retained sizes, paths, comparisons, verdicts. */
  whole: number;
  /** For counts and shallow sizes by class. */
  totals: number;
}

const HEADER_BYTES = 1 << 16;

/** Columns, by node and by edge. */
const NODE_BYTES = 18;
const EDGE_BYTES = 9;
/** Beside the columns, measured on heaps of 30 to 220 MB: threads with their code; and by node what is computed. */
const WHOLE_FIXED = 40e6;
const WHOLE_BY_NODE = 38;
const TOTALS_FIXED = 20e6;
const TOTALS_BY_NODE = 13;
/** Of the rows' text: where the file still grows, its strings are not known. */
const STRINGS_SHARE = 0.25;

/** Undefined where the file is not as V8 writes it: reading it tells why. */
export async function memoryNeed(file: string): Promise<MemoryNeed | undefined> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const header = peekHeader(buffer.subarray(0, bytesRead));
    if (!header) return undefined;
    checkFileSize(header, size);
    return { file, fileBytes: size, ...needOf(header, size) };
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}

/** @param fileBytes undefined while it is written */
export function needOf(header: Header, fileBytes?: number): Pick<MemoryNeed, 'whole' | 'totals'> {
  const { nodeCount } = header;
  const graph = graphBytes(header, fileBytes);
  return {
    whole: WHOLE_FIXED + graph + WHOLE_BY_NODE * nodeCount,
    totals: TOTALS_FIXED + graph + TOTALS_BY_NODE * nodeCount,
  };
}

/** Of the columns and strings. */
export function graphBytes(header: Header, fileBytes?: number): number {
  const { nodeCount, edgeCount } = header;
  const rows = rowBytes(header);
  const strings = fileBytes === undefined ? STRINGS_SHARE * rows : Math.max(0, fileBytes - rows);
  return NODE_BYTES * nodeCount + EDGE_BYTES * edgeCount + strings;
}

/** How long the rows of nodes and edges are as text, about. */
function rowBytes({ nodeCount, nodeFields, edgeCount, edgeFields }: Header): number {
  const digits = (most: number): number => Math.max(1, Math.log10(Math.max(most, 1)));
  // Type, name, id, size, number of edges: the ids are the longest. The rest is mostly one digit. Commas.
  const node =
    2 + digits(nodeCount / 6) + digits(2 * nodeCount) + 2 + 1 + (nodeFields.length - 5) + nodeFields.length;
  const edge = 1 + digits(nodeCount / 12) + digits(nodeFields.length * nodeCount) + edgeFields.length;
  return nodeCount * node + edgeCount * edge;
}
