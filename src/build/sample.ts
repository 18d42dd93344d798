import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './run.ts';

/** Builds the sample agent of test/agents into a folder, with source maps: `main.js` runs on Node 20 and newer. */
export async function bundleSample(folder: string): Promise<void> {
  await build({
    entryPoints: ['main', 'fake-llm'].map((name) => join(ROOT, 'test', 'agents', `${name}.ts`)),
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  // The folder may lie outside the project, where `.js` would mean CommonJS.
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
}
