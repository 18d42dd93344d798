/**
 * An independent engine to compare with: Chrome DevTools' own, from its package in the registry, bundled here for Node.
 * Installed (20 MB to fetch) and bundled on first use, into the cache folder.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { cacheFolder } from '../../src/build/cache.ts';

const VERSION = '1.0.1705227';
const CACHE = cacheFolder();

/** What DevTools' engine says; arrays are by node ordinal. */
export interface DevtoolsHeap {
  classNames: string[];
  shallowSizes: number[];
  retainedSizes: Float64Array;
  /** Ordinals. */
  dominators: Uint32Array;
  /** -5 where it finds no way. */
  distances: Int32Array;
  /** By class name (DevTools itself splits a name by where its constructor is written). */
  aggregates: Record<string, { count: number; distance: number; self: number; maxRet: number; name: string }>;
  /** Edges into a node: [edge's type and name, ordinal]. */
  retainersOf(ordinal: number): [edge: string, source: number][];
  /** The node's native context: its ordinal, -1 none, -2 several. */
  nativeContexts: Int32Array;
  /** What changed since an earlier snapshot, by class name. */
  diffFrom(before: DevtoolsHeap): Record<string, DevtoolsDiff>;
  /** The same with plain objects by their shape, as DevTools itself has it. */
  byShape(): Pick<DevtoolsHeap, 'classNames' | 'aggregates'>;
  diffByShape(before: DevtoolsHeap): Record<string, DevtoolsDiff>;
}

export interface DevtoolsDiff {
  name: string;
  addedCount: number;
  removedCount: number;
  addedSize: number;
  removedSize: number;
}

interface Engine {
  load(text: string): Promise<DevtoolsHeap>;
}

/** Loads a `.heapsnapshot` file (up to some 100 MB) into DevTools' engine. */
export async function loadWithDevtools(path: string): Promise<DevtoolsHeap> {
  const file = await devtoolsBundle('devtools-shapes', ENTRY);
  const engine = (await import(pathToFileURL(file).href)) as Engine;
  return engine.load(await readFile(path, 'utf8'));
}

/**
 * A bundle of DevTools' engine with that entry, which stands beside HeapSnapshot.ts: made on first use.
 * @param name of the file; to be changed with the entry
 */
export async function devtoolsBundle(name: string, entry: string): Promise<string> {
  const file = join(CACHE, `${name}-${VERSION}.mjs`);
  await access(file).catch(() => makeEngine(file, entry));
  return file;
}

const ENTRY = `
import { JSHeapSnapshot, SecondaryInitManager } from './HeapSnapshot.ts';
import { HeapSnapshotLoader } from './HeapSnapshotLoader.ts';

Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};
const silent = { sendEvent() {} };

// Plain objects stay 'Object', and classes are told apart by name alone.
const infer = JSHeapSnapshot.prototype.inferInterfaceDefinitions;
JSHeapSnapshot.prototype.inferInterfaceDefinitions = () => [];
JSHeapSnapshot.prototype.getLocation = () => null;

export async function load(text) {
  const loader = new HeapSnapshotLoader(silent);
  for (let at = 0; at < text.length; at += 1 << 20) loader.write(text.slice(at, at + (1 << 20)));
  loader.close();
  const channel = new MessageChannel();
  new SecondaryInitManager(channel.port2);
  const warn = console.warn;
  console.warn = () => {};
  const snapshot = await loader.buildSnapshot(channel.port1);
  console.warn = warn;
  channel.port1.close();
  const shallowSizes = [];
  const node = snapshot.createNode(0);
  for (let i = 0; i < snapshot.nodeCount; i++) {
    node.nodeIndex = i * snapshot.nodeFieldCount;
    shallowSizes.push(node.selfSize());
  }
  const classNames = () => shallowSizes.map((_, i) => {
    node.nodeIndex = i * snapshot.nodeFieldCount;
    return node.className();
  });
  const named = (definitions, look) => {
    snapshot.applyInterfaceDefinitions(definitions);
    try { return look(); } finally { snapshot.applyInterfaceDefinitions([]); }
  };
  const byName = (record) => Object.fromEntries(Object.values(record).map((row) => [row.name, row]));
  return {
    classNames: classNames(),
    shallowSizes,
    nativeContexts: snapshot.nodeNativeContextAttribution,
    retainersOf(ordinal) {
      const rows = [];
      node.nodeIndex = ordinal * snapshot.nodeFieldCount;
      for (let it = node.retainers(); it.hasNext(); it.next()) {
        const edge = it.item();
        rows.push([edge.type() + ' ' + edge.name(), edge.nodeIndex() / snapshot.nodeFieldCount]);
      }
      return rows;
    },
    byShape: () => named(infer.call(snapshot), () => ({ classNames: classNames(), aggregates: byName(snapshot.aggregatesWithFilter({})) })),
    diffByShape: (before) => {
      const definitions = infer.call(snapshot);
      const rows = named(definitions, () => snapshot.calculateSnapshotDiff(2, before.forDiff(JSON.stringify(definitions))));
      // The name within a row is of the wrong moment; the key is a comma and the name.
      return Object.fromEntries(Object.entries(rows).map(([key, row]) => [key.slice(1), row]));
    },
    retainedSizes: snapshot.retainedSizes,
    dominators: snapshot.dominatorsTree,
    distances: snapshot.nodeDistances,
    aggregates: byName(snapshot.aggregatesWithFilter({})),
    forDiff: (definitions = '[]') => snapshot.aggregatesForDiff(definitions),
    diffFrom: (before) => byName(snapshot.calculateSnapshotDiff(1, before.forDiff())),
  };
}
`;

async function makeEngine(file: string, entry: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const temp = await mkdtemp(join(CACHE, 'install-'));
  try {
    await writeFile(join(temp, 'package.json'), '{ "private": true }\n');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    // `--prefix .`: npm would otherwise walk up to the project, as this folder lies within node_modules.
    await promisify(execFile)(
      'npm',
      ['install', '--prefix', '.', ...flags, `chrome-devtools-frontend@${VERSION}`],
      { cwd: temp, shell: process.platform === 'win32' },
    );
    const bundled = join(temp, 'engine.mjs');
    const source = join(temp, 'node_modules', 'chrome-devtools-frontend', 'front_end');
    await build({
      stdin: { contents: entry, resolveDir: join(source, 'entrypoints', 'heap_snapshot_worker') },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundled,
      logLevel: 'error',
      plugins: [
        {
          // Made by DevTools' own build, which we do not run.
          name: 'locales',
          setup({ onResolve, onLoad }) {
            onResolve({ filter: /\/locales\.js$/ }, ({ path }) => ({ path, namespace: 'locales' }));
            onLoad({ filter: /.*/, namespace: 'locales' }, () => ({
              contents: `export const DEFAULT_LOCALE = 'en-US', LOCALES = ['en-US'], BUNDLED_LOCALES = ['en-US'],
                LOCAL_FETCH_PATTERN = '', REMOTE_FETCH_PATTERN = '';`,
            }));
          },
        },
      ],
    });
    await rename(bundled, file);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}
