/**
 * A file of columns: sections one after the other, each with a checksum, and what they are.
 *
 *   0   `heapline columns` (16 bytes)
 *   16  where the table of sections is: offset (float64), bytes (uint32), checksum (uint32)
 *   32  the sections, each at a multiple of 8
 *   ..  the table, as JSON
 *
 * In the byte order of the machine; the table's checksum fails on another. The first 32 bytes are written last.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Disposable } from '../../base/disposable.ts';

const MAGIC = 'heapline columns';
const HEADER_BYTES = 32;
const MOST_TABLE_BYTES = 1 << 24;
const WRITTEN_AT_ONCE = 1 << 22;

const TYPES = { u8: Uint8Array, u32: Uint32Array, i32: Int32Array, f64: Float64Array } as const;
export type ColumnType = keyof typeof TYPES;
export type Column = Uint8Array | Uint32Array | Int32Array | Float64Array;

interface Section {
  name: string;
  type: ColumnType;
  count: number;
  offset: number;
  sum: number;
}

interface Table<M> {
  meta: M;
  sections: Section[];
}

/** A file of columns that was cut off, changed or made by another. */
export class DamagedColumns extends Error {}

/**
 * Writes a file in one go: what was there before, if anything, or the whole of it. Gives way to other work between
 * pieces. @throws as the file system does
 */
export async function writeColumns(
  path: string,
  meta: object,
  columns: Iterable<[string, Column]>,
): Promise<void> {
  const temp = `${path}.${process.pid}-${Math.random().toString(36).slice(2, 8)}.tmp`;
  const file = await open(temp, 'wx', 0o600);
  try {
    try {
      await writeTo(file, meta, columns);
    } finally {
      await file.close();
    }
    await rename(temp, path);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
}

async function writeTo(file: FileHandle, meta: object, columns: Iterable<[string, Column]>): Promise<void> {
  const sections: Section[] = [];
  let offset = HEADER_BYTES;
  for (const [name, column] of columns) {
    const bytes = bytesOf(column);
    let sum = FIRST_SUM;
    for (let from = 0; from < bytes.length; from += WRITTEN_AT_ONCE) {
      const piece = bytes.subarray(from, from + WRITTEN_AT_ONCE);
      sum = checksum(piece, sum);
      await file.write(piece, 0, piece.length, offset + from);
    }
    sections.push({ name, type: typeOf(column), count: column.length, offset, sum });
    offset += 8 * Math.ceil(bytes.length / 8);
  }
  const table = Buffer.from(JSON.stringify({ meta, sections } satisfies Table<object>));
  await file.write(table, 0, table.length, offset);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  const numbers = new DataView(header.buffer, header.byteOffset);
  const little = isLittleEndian();
  numbers.setFloat64(16, offset, little);
  numbers.setUint32(24, table.length, little);
  numbers.setUint32(28, checksum(table, FIRST_SUM), little);
  await file.write(header, 0, header.length, 0);
}

/** An open file of columns. Each is read when it is asked for, into memory of the caller's. */
export class ColumnsFile<M> implements Disposable {
  readonly meta: M;
  private readonly fd: number;
  private readonly sections: Map<string, Section>;

  /** @throws DamagedColumns; as openSync does */
  constructor(readonly path: string) {
    this.fd = openSync(path, 'r');
    try {
      const size = fstatSync(this.fd).size;
      const header = this.read(0, HEADER_BYTES);
      const little = isLittleEndian();
      const numbers = new DataView(header.buffer, header.byteOffset);
      const offset = numbers.getFloat64(16, little);
      const length = numbers.getUint32(24, little);
      if (header.toString('latin1', 0, 16) !== MAGIC || length > MOST_TABLE_BYTES || offset + length !== size)
        throw new DamagedColumns(`${path} is no file of columns, or was cut off.`);
      const bytes = this.read(offset, length);
      if (checksum(bytes, FIRST_SUM) !== numbers.getUint32(28, little))
        throw new DamagedColumns(`${path}: the table does not fit its checksum.`);
      const table = JSON.parse(bytes.toString()) as Table<M>;
      this.sections = new Map(table.sections.map((section) => [section.name, section]));
      this.meta = table.meta;
      for (const section of table.sections) this.check(section, offset);
    } catch (error) {
      closeSync(this.fd);
      throw error instanceof DamagedColumns
        ? error
        : new DamagedColumns(`${path}: ${(error as Error).message}`);
    }
  }

  has(name: string): boolean {
    return this.sections.has(name);
  }

  /** @throws DamagedColumns where there is none of this type and length, or it does not fit its checksum */
  column<T extends ColumnType>(name: string, type: T, count: number): InstanceType<(typeof TYPES)[T]> {
    const section = this.sections.get(name);
    if (!section || section.type !== type || section.count !== count)
      throw new DamagedColumns(`${this.path} has no ${name} of ${count} ${type}.`);
    const column = new TYPES[type](count);
    const bytes = bytesOf(column);
    this.readInto(bytes, section.offset);
    if (checksum(bytes, FIRST_SUM) !== section.sum)
      throw new DamagedColumns(`${this.path}: ${name} does not fit its checksum.`);
    return column as InstanceType<(typeof TYPES)[T]>;
  }

  typeOf(name: string): ColumnType | undefined {
    return this.sections.get(name)?.type;
  }

  dispose(): void {
    closeSync(this.fd);
  }

  private check({ name, type, count, offset }: Section, end: number): void {
    const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(count) && count >= 0;
    const fits = Object.hasOwn(TYPES, type) && offset >= HEADER_BYTES;
    if (!whole || !fits || offset + count * TYPES[type].BYTES_PER_ELEMENT > end)
      throw new DamagedColumns(`${this.path}: ${name} lies outside the file.`);
  }

  private read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.readInto(bytes, offset);
    return bytes;
  }

  private readInto(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.fd, bytes, done, Math.min(bytes.length - done, 1 << 30), offset + done);
      if (read === 0) throw new DamagedColumns(`${this.path} was cut off.`);
      done += read;
    }
  }
}

const FIRST_SUM = 0x811c9dc5;

/** FNV-1a by words of 4 bytes: it finds what a disk or a killed writer does, not what somebody does on purpose. */
function checksum(given: Uint8Array, first: number): number {
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  let sum = first;
  const whole = bytes.length - (bytes.length % 4);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, whole / 4);
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ words[i], 0x01000193);
  for (let i = whole; i < bytes.length; i++) sum = Math.imul(sum ^ bytes[i], 0x01000193);
  return sum >>> 0;
}

function typeOf(column: Column): ColumnType {
  if (column instanceof Uint8Array) return 'u8';
  if (column instanceof Uint32Array) return 'u32';
  return column instanceof Int32Array ? 'i32' : 'f64';
}

function bytesOf(column: Column): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

function isLittleEndian(): boolean {
  return new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
}
