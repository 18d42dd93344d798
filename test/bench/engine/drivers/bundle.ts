/** Bundles the drivers, so that any version of Node can run them. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../../../../src/build/run.ts';

const DRIVERS = ['ours', 'devtools', 'memlab', 'v8-heap-parser'];

/** @param folder gets `NAME.mjs` for each, and beside them what our engine loads at run time */
export async function bundleDrivers(folder: string): Promise<void> {
  cpSync(join(ROOT, 'dist'), folder, { recursive: true });
  await build({
    entryPoints: DRIVERS.map((name) => join(ROOT, 'test', 'bench', 'engine', 'drivers', `${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}
