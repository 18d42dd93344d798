/** Folders with something to debug in them, to be opened in a workbench. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleSample } from '../../src/build/sample.ts';

export interface DebugFolder {
  /** Without symbolic links. */
  path: string;
  remove(): Promise<void>;
}

/** A launch configuration, without what is the same in all of them. */
export interface Launch {
  name: string;
  /** Within the folder. */
  program: string;
  env?: Record<string, string>;
  [more: string]: unknown;
}

/** @param files texts by their paths within the folder */
export async function debugFolder(
  launches: readonly Launch[],
  files: Record<string, string> = {},
): Promise<DebugFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'heapline-debug-')));
  const configurations = launches.map(({ program, ...more }) => ({
    type: 'node',
    request: 'launch',
    program: `\${workspaceFolder}/${program}`,
    runtimeExecutable: process.execPath,
    ...more,
  }));
  const all = {
    ...files,
    '.vscode/launch.json': JSON.stringify({ version: '0.2.0', configurations }, null, 2),
  };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** The sample agent, that leaks and goes on for long, as the configuration `Sample agent`. */
export async function sampleFolder(more: Partial<Launch> = {}): Promise<DebugFolder> {
  const env = { LEAK: 'history', STEPS: '1000000' };
  const folder = await debugFolder([{ name: 'Sample agent', program: 'main.js', env, ...more }]);
  await bundleSample(folder.path);
  return folder;
}
