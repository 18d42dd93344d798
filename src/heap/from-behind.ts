/** The second of two readers of one snapshot: reads what lies behind the edges, then edges from the last one back. */
import { HeaplineError } from '../base/errors.ts';
import { BackwardRowReader } from './backward-rows.ts';
import type { ByteSource } from './byte-source.ts';
import type { Claims } from './claims.ts';
import { type Column, checkEdgeNames } from './columns.ts';
import { findEdgesEnd } from './edges-end.ts';
import type { Header } from './header.ts';
import { edgePlans } from './section-plans.ts';
import { type SnapshotEnd, SnapshotReader } from './snapshot-reader.ts';

const MOST_WINDOW = 1 << 12;

/** What was read from behind; structured-cloneable. */
export interface FromBehind {
  /** All from this offset on is read: from the beginning of an edge row, or from behind the edges. */
  start: number;
  /** That row; as many as there are where it is none. */
  row: number;
  end: SnapshotEnd;
}

export interface BehindGiven {
  header: Header;
  /** The columns of `edgePlans`, filled by both. */
  edges: readonly Column[];
  /** An offset among the nodes or edges. */
  from: number;
  /** Bytes of a piece, as claimed. */
  piece: number;
  /** As SnapshotFile's. */
  leaveStrings: number;
}

/**
 * Reads a file from behind until it meets who comes from the front. Undefined where the file is not as V8 writes it,
 * or damaged: then it is to be read by one reader, who says what is wrong.
 */
export function readFromBehind(
  source: ByteSource,
  claims: Claims,
  given: BehindGiven,
): FromBehind | undefined {
  const { header, edges, from, piece } = given;
  const end = findEdgesEnd(source, from, Math.min(MOST_WINDOW, piece));
  if (end === undefined) return undefined;
  try {
    const read = readEdges(source, claims, given, end, readEnd(source, claims, given, end + 1));
    if (read) checkEdges(header, edges, read);
    return read;
  } catch (error) {
    if (HeaplineError.is(error)) return undefined;
    throw error;
  }
}

function readEnd(
  source: ByteSource,
  claims: Claims,
  { header, piece, leaveStrings }: BehindGiven,
  start: number,
): SnapshotEnd {
  const file = { behindEdges: header, fileBytes: source.length, leaveStrings };
  const reader = new SnapshotReader(file, start);
  for (let at = start; at < source.length; at += piece) {
    if (claims.stopped) throw new HeaplineError('cancelled', 'Cancelled.');
    reader.write(source.read(at, Math.min(source.length, at + piece)));
    claims.noteRead();
  }
  return reader.finishEnd();
}

function readEdges(
  source: ByteSource,
  claims: Claims,
  { header, edges, piece }: BehindGiven,
  close: number,
  end: SnapshotEnd,
): FromBehind | undefined {
  const rows = new BackwardRowReader(header.edgeFields, edgePlans(header), edges, header.edgeCount);
  const pieces = Math.floor(close / piece) + 1;
  let upTo = close;
  claims.limit(pieces);
  // The first row has no comma before it: it is left to who comes from the front.
  for (let index = pieces - 1; index >= 0 && rows.count > 1 && claims.take(); index--) {
    if (claims.stopped) return undefined;
    const from = index * piece;
    const stop = rows.read(source.read(from, upTo), upTo - from, 1);
    if (stop < 0) return undefined;
    upTo = from + stop;
    claims.noteRead();
  }
  return { start: upTo + 1, row: rows.count, end };
}

/** @throws HeaplineError `malformed` */
function checkEdges(header: Header, edges: readonly Column[], { row, end }: FromBehind): void {
  const plans = edgePlans(header);
  const column = (field: string): Column => edges[plans.findIndex((plan) => plan.field === field)];
  const graph = {
    edgeTypeNames: header.edgeTypeNames,
    edgeTypes: column('type') as Uint8Array,
    edgeNames: column('name_or_index') as Uint32Array,
  };
  checkEdgeNames(graph, end.strings.count, row, header.edgeCount);
}
