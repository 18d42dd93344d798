/** The engines to compare with, at pinned versions, installed into the cache folder when first wanted. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../src/build/cache.ts';
import { devtoolsBundle } from '../../support/devtools.ts';
import type { Operation } from './drivers/outcome.ts';
import { runnableTool } from './native-tool.ts';

export const ENGINES = ['ours', 'devtools', 'memlab', 'v8-heap-parser', 'native'] as const;
export type EngineName = (typeof ENGINES)[number];

export interface Engine {
  name: EngineName;
  title: string;
  operations: readonly Operation[];
  /** What the driver finds in ANCHOR; of the native tool, its binary. */
  anchor?: string;
  /** How its figures differ from DevTools' by its own rules; without, all must agree. */
  ownRules?: string;
  /** Why it can't be measured here. */
  missing?: string;
}

const MEMLAB = '2.0.5';
const PARSER = '0.1.0';
const NATIVE = '0.0.10';

const BOTH: readonly Operation[] = ['summary', 'diff'];

/** @throws Error when the registry can't be reached; an engine that can't run here says so in `missing` */
export async function prepareEngine(name: EngineName): Promise<Engine> {
  switch (name) {
    case 'ours':
      return { name, title: 'Heapline', operations: BOTH };
    case 'devtools': {
      const anchor = await devtoolsBundle('devtools-bench-1', DEVTOOLS_ENTRY);
      return { name, title: "DevTools' engine", operations: BOTH, anchor };
    }
    case 'memlab': {
      const ownRules =
        'counts nodes of size 0 too, leaves backing stores’ sizes where they are, has other rules for what ' +
        'is page-owned; in a diff goes by id alone';
      const anchor = await installed('@memlab/core', MEMLAB);
      return { name, title: `memlab ${MEMLAB}`, operations: BOTH, anchor, ownRules };
    }
    case 'v8-heap-parser': {
      const ownRules =
        'counts nodes of size 0 too, leaves backing stores’ sizes where they are, every edge but weak ones retains';
      const anchor = await installed('@vscode/v8-heap-parser', PARSER);
      return { name, title: `v8-heap-parser ${PARSER}`, operations: ['summary'], anchor, ownRules };
    }
    case 'native': {
      const ownRules =
        'splits `(system)`, `(compiled code)` and classes by place, prints rounded sizes: counts of the classes it ' +
        'names as we do are compared';
      const title = `heap-snapshot ${NATIVE} (native)`;
      const tool = await runnableTool(await installed('@heap-snapshot/tool', NATIVE));
      return { name, title, operations: BOTH, ownRules, ...tool };
    }
  }
}

/** The folder with that package in its node_modules. */
async function installed(name: string, version: string): Promise<string> {
  const cache = join(cacheFolder(), 'bench-engine');
  const folder = join(cache, `${name.replace(/\W+/g, '-').replace(/^-/, '')}-${version}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const temp = await mkdtemp(join(cache, 'install-'));
  try {
    await writeFile(join(temp, 'package.json'), '{ "private": true }\n');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    // `--prefix .`: npm would otherwise walk up to the project, as this folder lies within node_modules.
    await promisify(execFile)('npm', ['install', '--prefix', '.', ...flags, `${name}@${version}`], {
      cwd: temp,
      shell: process.platform === 'win32',
      maxBuffer: 1e8,
    });
    await rename(temp, folder);
    return folder;
  } catch (error) {
    throw new Error(`${name}@${version} can't be installed: ${(error as Error).message}`, { cause: error });
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/** Loads as DevTools' front end does: from a stream, its second half in a second thread. */
const DEVTOOLS_ENTRY = `
import { createReadStream } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { JSHeapSnapshot, SecondaryInitManager } from './HeapSnapshot.ts';
import { HeapSnapshotLoader } from './HeapSnapshotLoader.ts';

Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};
if (!isMainThread && workerData?.secondary) {
  console.assert = () => {};
  new SecondaryInitManager(workerData.secondary);
}

export function withPlainNames() {
  JSHeapSnapshot.prototype.inferInterfaceDefinitions = () => [];
  JSHeapSnapshot.prototype.getLocation = () => null;
}

export async function openSnapshot(path, parsed) {
  const loader = new HeapSnapshotLoader({ sendEvent() {} });
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    loader.write(chunk.latin1Slice());
  }
  loader.close();
  await loader.parsingComplete;
  parsed?.();
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL(import.meta.url), { workerData: { secondary: port2 }, transferList: [port2] });
  const snapshot = await loader.buildSnapshot(port1);
  port1.close();
  await worker.terminate();
  return snapshot;
}
`;
