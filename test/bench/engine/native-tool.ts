/** The native tool's binary, made to start on systems with an older C library than the one it was built with. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SHT_DYNSYM = 11;
const SHT_GNU_VERNEED = 0x6ffffffe;
const SHT_GNU_VERSYM = 0x6fffffff;
const VER_FLG_WEAK = 2;
const STB_WEAK = 2;

/** @param folder where the package is installed */
export async function runnableTool(folder: string): Promise<{ anchor?: string; missing?: string }> {
  const exe = process.platform === 'win32' ? 'heap-snapshot.exe' : 'heap-snapshot';
  const scope = join(folder, 'node_modules', '@heap-snapshot');
  const binary = join(scope, `${process.platform}-${process.arch}`, exe);
  if (!existsSync(binary)) {
    return { missing: `it has no binary for ${process.platform}-${process.arch}` };
  }
  chmodSync(binary, 0o755);
  const problem = await startProblem(binary);
  if (!problem) return { anchor: binary };
  const version = /version `(GLIBC_[\d.]+)' not found/.exec(problem)?.[1];
  if (!version) return { missing: problem };
  const relaxed = `${binary}-${version}-weak`;
  const bytes = withWeakVersion(readFileSync(binary), version);
  if (!bytes) return { missing: `it needs ${version}, which this system's C library lacks` };
  writeFileSync(relaxed, bytes, { mode: 0o755 });
  const still = await startProblem(relaxed);
  return still ? { missing: still } : { anchor: relaxed };
}

async function startProblem(binary: string): Promise<string | undefined> {
  try {
    await promisify(execFile)(binary, ['--help']);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return (stderr || message).trim().split('\n')[0];
  }
}

/**
 * A 64-bit ELF file whose need of that version of the C library is marked weak, as the symbols in it are: the loader
 * then starts it without them, and it falls back on others. Undefined where a symbol of that version is not weak.
 */
export function withWeakVersion(binary: Buffer, version: string): Buffer | undefined {
  const bytes = Buffer.from(binary);
  const sections = readSections(bytes);
  const needs = sections.find(({ type }) => type === SHT_GNU_VERNEED);
  const symbols = sections.find(({ type }) => type === SHT_DYNSYM);
  const versions = sections.find(({ type }) => type === SHT_GNU_VERSYM);
  if (!needs || !symbols || !versions) return undefined;
  const strings = sections[needs.link].offset;
  let found: number | undefined;
  for (let file = needs.offset, more = true; more; ) {
    let entry = file + bytes.readUInt32LE(file + 8);
    for (let i = bytes.readUInt16LE(file + 2); i > 0; i--) {
      const name = strings + bytes.readUInt32LE(entry + 8);
      if (bytes.toString('latin1', name, bytes.indexOf(0, name)) === version) {
        bytes.writeUInt16LE(bytes.readUInt16LE(entry + 4) | VER_FLG_WEAK, entry + 4);
        found = bytes.readUInt16LE(entry + 6);
      }
      entry += bytes.readUInt32LE(entry + 12);
    }
    const step = bytes.readUInt32LE(file + 12);
    more = step > 0;
    file += step;
  }
  if (found === undefined) return undefined;
  for (let i = 0; i < symbols.size / 24; i++) {
    const binding = bytes[symbols.offset + i * 24 + 4] >> 4;
    const ofVersion = bytes.readUInt16LE(versions.offset + i * 2) & 0x7fff;
    if (ofVersion === found && binding !== STB_WEAK) return undefined;
  }
  return bytes;
}

function readSections(bytes: Buffer): { type: number; offset: number; size: number; link: number }[] {
  const table = Number(bytes.readBigUInt64LE(0x28));
  const entrySize = bytes.readUInt16LE(0x3a);
  return Array.from({ length: bytes.readUInt16LE(0x3c) }, (_, i) => {
    const at = table + i * entrySize;
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
      link: bytes.readUInt32LE(at + 40),
    };
  });
}
