/** What is bundled from where. Each entry is one process or page. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, context, type Plugin } from 'esbuild';
import { ROOT } from './run.ts';

/** The protocol's description, 1.2 MB, only adds methods by name to the client; we send by name (cdp-types.ts). */
const withoutProtocol: Plugin = {
  name: 'without-protocol',
  setup(build) {
    build.onLoad({ filter: /chrome-remote-interface[\\/]lib[\\/]protocol\.json$/ }, () => ({
      contents: '{"domains":[]}',
      loader: 'json',
    }));
  },
};

const node: BuildOptions = {
  platform: 'node',
  format: 'esm',
  target: 'node20',
  plugins: [withoutProtocol],
  // jsonc-parser's CommonJS (UMD) asks for its parts in a way that a bundler can't follow.
  mainFields: ['module', 'main'],
  // CommonJS packages inside an ES module bundle still call require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

/** The extension host loads CommonJS, and brings `vscode` itself. */
const inEditor: BuildOptions = { platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] };
const inPage: BuildOptions = { platform: 'browser', format: 'iife', target: 'es2022' };

const inTarget: BuildOptions = { platform: 'node', format: 'cjs', target: 'node18' };

const ENTRIES: { from: string; to: string; options: BuildOptions }[] = [
  {
    from: 'src/cli/main.ts',
    to: 'dist/cli.js',
    options: { ...node, banner: { js: `#!/usr/bin/env node\n${node.banner!.js}` } },
  },
  { from: 'src/engine/worker.ts', to: 'dist/engine-worker.js', options: node },
  { from: 'src/engine/second-core-worker.ts', to: 'dist/second-core-worker.js', options: node },
  { from: 'src/server/main.ts', to: 'dist/server.js', options: node },
  { from: 'src/extension/main.ts', to: 'dist/extension.cjs', options: inEditor },
  // Apart, as it is loaded when the server is first asked: activation stays short.
  { from: 'src/extension/language-client.ts', to: 'dist/language-client.cjs', options: inEditor },
  // What runs in the target: loaded by `--require`, and evaluated over the inspector. Small, without packages.
  { from: 'src/capture/preload.ts', to: 'dist/preload.cjs', options: inTarget },
  { from: 'src/capture/target.ts', to: 'dist/target.cjs', options: inTarget },
  { from: 'src/capture/tap.ts', to: 'dist/tap.cjs', options: inTarget },
  {
    from: 'webview/report.ts',
    to: 'dist/report.js',
    options: inPage,
  },
  { from: 'webview/panel.ts', to: 'dist/panel.js', options: inPage },
  {
    from: 'webview/report.css',
    to: 'dist/report.css',
    options: { target: ['chrome110', 'firefox115', 'safari16'] },
  },
  { from: 'webview/panel.css', to: 'dist/panel.css', options: { target: 'chrome120' } },
];

/** Files that are shipped as they are. */
const COPIES: [string, string][] = [
  ['node_modules/web-tree-sitter/web-tree-sitter.wasm', 'dist/web-tree-sitter.wasm'],
  ['node_modules/tree-sitter-javascript/tree-sitter-javascript.wasm', 'dist/tree-sitter-javascript.wasm'],
];

/** Bundles everything into dist/. @param watch rebuild on change, until interrupted */
export async function bundle(watch = false): Promise<void> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  for (const [from, to] of COPIES)
    if (existsSync(join(ROOT, from))) copyFileSync(join(ROOT, from), join(ROOT, to));
  for (const { from, to, options } of ENTRIES) {
    if (!existsSync(join(ROOT, from))) continue;
    const full: BuildOptions = {
      entryPoints: [join(ROOT, from)],
      outfile: join(ROOT, to),
      bundle: true,
      minify: true,
      sourcemap: 'linked',
      sourcesContent: false,
      legalComments: 'linked',
      logLevel: 'warning',
      ...options,
    };
    if (watch) await (await context(full)).watch();
    else await build(full);
  }
}
