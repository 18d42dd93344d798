import { malformed } from './bad-file.ts';
import { CLOSE_LIST, COMMA, isSpace, OPEN_LIST, showByte, type ValueReader } from './bytes.ts';
import { resized } from './columns.ts';
import type { TraceTree } from './graph.ts';

const FIRST_ROWS = 256;

/**
 * Reads `trace_tree`: nodes written one after another, field by field, in their parent's list of children; the
 * outermost list holds the root. The rows' parents serve as the stack, so any depth is read.
 */
export class TraceTreeReader implements ValueReader {
  done = false;
  private count = 0;
  private ids = new Uint32Array(FIRST_ROWS);
  private parents = new Int32Array(FIRST_ROWS);
  private functions = new Uint32Array(FIRST_ROWS);
  private counts = new Uint32Array(FIRST_ROWS);
  private sizes = new Float64Array(FIRST_ROWS);

  private readonly fields: readonly string[];
  private opened = false;
  /** The node whose list of children is open; -1 for the outermost list. */
  private parent = -1;
  /** The node being read, when `field` > 0. */
  private node = -1;
  private field = 0;
  /** What may come next: a value, a comma, or the list's end. */
  private needComma = false;
  private afterComma = false;
  /** The number being read, -1 when none is. */
  private value = -1;

  constructor(fields: readonly string[]) {
    this.fields = fields;
  }

  take(): TraceTree {
    return {
      count: this.count,
      ids: resized(this.ids, this.count),
      parents: resized(this.parents, this.count),
      functions: resized(this.functions, this.count),
      counts: resized(this.counts, this.count),
      sizes: resized(this.sizes, this.count),
    };
  }

  place(): string {
    return `inside "trace_tree", after ${this.count} nodes`;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.done) this.readByte(bytes[at++]);
    return at;
  }

  private readByte(byte: number): void {
    if (byte >= 0x30 && byte <= 0x39 && this.opened && !this.needComma) {
      this.value = (this.value < 0 ? 0 : this.value * 10) + byte - 0x30;
      return;
    }
    if (this.value >= 0) this.endNumber(byte);
    if (isSpace(byte)) return;
    if (byte === COMMA && this.needComma) {
      this.needComma = false;
      this.afterComma = true;
    } else if (byte === OPEN_LIST && !this.opened) {
      this.opened = true;
    } else if (byte === OPEN_LIST && !this.needComma && this.fields[this.field] === 'children') {
      this.openChildren();
    } else if (byte === CLOSE_LIST && this.opened && this.field === 0 && !this.afterComma) {
      this.closeList();
    } else {
      throw this.unexpected(byte);
    }
  }

  private endNumber(byte: number): void {
    const field = this.fields[this.field];
    if (field === 'children') throw this.unexpected(byte);
    this.beginNode();
    if (field === 'id') this.ids[this.node] = this.checked(2 ** 32);
    else if (field === 'function_info_index') this.functions[this.node] = this.checked(2 ** 32);
    else if (field === 'count') this.counts[this.node] = this.checked(2 ** 32);
    else if (field === 'size') this.sizes[this.node] = this.checked(2 ** 53);
    this.value = -1;
    this.endField();
  }

  private checked(end: number): number {
    if (this.value >= end) {
      throw malformed(`The number ${this.value} in "trace_tree", node ${this.node}, is out of range.`);
    }
    return this.value;
  }

  private beginNode(): void {
    if (this.field > 0) return;
    if (this.count === this.ids.length) this.grow();
    this.node = this.count++;
    this.parents[this.node] = this.parent;
  }

  private openChildren(): void {
    this.beginNode();
    this.parent = this.node;
    this.field = 0;
    this.afterComma = false;
  }

  private closeList(): void {
    if (this.parent < 0) {
      this.done = true;
      return;
    }
    this.node = this.parent;
    this.parent = this.parents[this.node];
    this.field = this.fields.indexOf('children');
    this.endField();
  }

  private endField(): void {
    this.field = (this.field + 1) % this.fields.length;
    this.needComma = true;
    this.afterComma = false;
  }

  private grow(): void {
    const length = this.count * 2;
    this.ids = resized(this.ids, length);
    this.parents = resized(this.parents, length);
    this.functions = resized(this.functions, length);
    this.counts = resized(this.counts, length);
    this.sizes = resized(this.sizes, length);
  }

  private unexpected(byte: number): Error {
    return malformed(`Unexpected ${showByte(byte)} in "trace_tree", after ${this.count} nodes.`);
  }
}
