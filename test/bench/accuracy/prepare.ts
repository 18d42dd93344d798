/** Programs are copied, installed and built in the cache folder, once for each state of their files. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Program, VersionName } from './truth.ts';

export interface Prepared {
  folder: string;
  /** What Node is given, relative to the folder. */
  main: string;
}

interface Manifest {
  main?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * A version of a program, ready to run.
 * @param cache its parent folder; what was prepared of earlier states of the program is deleted
 * @throws Error when npm can't install or build it
 */
export async function prepare(program: Program, version: VersionName, cache: string): Promise<Prepared> {
  const parts = [
    join(dirname(program.folder), 'common'),
    join(program.folder, 'common'),
    join(program.folder, version),
  ].filter((part) => existsSync(part));
  return prepareParts(`${program.name}-${version}-`, parts, cache);
}

/** The same of folders, each laid over those before. @param name begins the copy's, which ends with a hash */
export async function prepareParts(name: string, parts: readonly string[], cache: string): Promise<Prepared> {
  const folder = join(cache, `${name}${hashOf(parts)}`);
  const manifest = JSON.parse(
    readFileSync(join(parts[parts.length - 1], 'package.json'), 'utf8'),
  ) as Manifest;
  const main = manifest.main ?? 'agent.mjs';
  if (existsSync(folder)) return { folder, main };
  await mkdir(cache, { recursive: true });
  const temp = await mkdtemp(join(cache, 'preparing-'));
  try {
    for (const part of parts) await cp(part, temp, { recursive: true });
    if (Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).length) {
      const how = existsSync(join(temp, 'package-lock.json')) ? ['ci'] : ['install', '--no-package-lock'];
      await npm(temp, [...how, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
    }
    if (manifest.scripts?.build) await npm(temp, ['run', '-s', 'build']);
    for (const old of readdirSync(cache))
      if (old.startsWith(name) && old.length === name.length + 12)
        await rm(join(cache, old), { recursive: true, force: true });
    await rename(temp, folder);
  } catch (error) {
    await rm(temp, { recursive: true, force: true });
    throw new Error(`${name.slice(0, -1)} can't be prepared: ${(error as Error).message}`);
  }
  return { folder, main };
}

/** `--prefix .`: npm would otherwise walk up to the project, where the cache lies within its node_modules. */
async function npm(cwd: string, args: string[]): Promise<void> {
  await promisify(execFile)('npm', ['--prefix', '.', ...args], {
    cwd,
    shell: process.platform === 'win32',
    maxBuffer: 1e8,
  });
}

function hashOf(folders: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (entry.name === 'node_modules') continue;
      hash.update(entry.name);
      if (entry.isDirectory()) add(path);
      else hash.update(readFileSync(path));
    }
  };
  for (const folder of folders) add(folder);
  return hash.digest('hex').slice(0, 12);
}
