/**
 * A real VS Code from the package registry: code-server, which has VS Code's workbench, extension host and JavaScript
 * debugger. Built once (a minute or two, 230 MB) into the cache folder.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/build/cache.ts';
import { nodeBinary } from './nodes.ts';

const VERSION = '4.139.1';
const NPM = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'];
/** Node modules with native code that the server can't do without. */
const NATIVE = ['node-pty', '@vscode/spdlog', '@vscode/native-watchdog', '@vscode/sqlite3'];
/** Two thirds of the size, in VS Code's folder, for AI features, sign-in and other platforms. Sources of what is built. */
const NOT_NEEDED = [
  'extensions/copilot',
  'extensions/mermaid-markdown-features',
  'extensions/microsoft-authentication',
  'node_modules/@microsoft/mxc-sdk',
  'node_modules/@vscode/windows-process-tree',
  'node_modules/@vscode/sqlite3/deps',
  'node_modules/node-pty/third_party',
];
const STALE_LOCK_MS = 30_000;

export interface WorkbenchProgram {
  /** The Node binary that runs it. */
  node: string;
  /** Its script. */
  entry: string;
}

/**
 * Installs the workbench unless it is there. Several processes may ask: one builds, the others wait.
 * @throws Error when a tool for building native modules is missing, or the registry can't be reached
 */
export async function installWorkbench(): Promise<WorkbenchProgram> {
  const node = await nodeBinary(24);
  const home = join(cacheFolder(), `workbench-${VERSION}`);
  const program = { node, entry: join(home, 'node_modules', 'code-server', 'out', 'node', 'entry.js') };
  while (!existsSync(join(home, 'done'))) {
    const unlock = await lock(`${home}.lock`);
    if (!unlock) {
      await sleep(500);
      continue;
    }
    try {
      if (!existsSync(join(home, 'done'))) await install(home, node);
    } finally {
      await unlock();
    }
  }
  return program;
}

/** Takes the lock (a folder, kept fresh while held), or gives back nothing when another process has it. */
async function lock(path: string): Promise<(() => Promise<void>) | undefined> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const held = await stat(path).catch(() => undefined);
    if (held && Date.now() - held.mtimeMs > STALE_LOCK_MS) await rm(path, { recursive: true, force: true });
    return undefined;
  }
  const fresh = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), 5000);
  return async () => {
    clearInterval(fresh);
    await rm(path, { recursive: true, force: true });
  };
}

async function install(home: string, node: string): Promise<void> {
  needTools();
  console.error(
    `Installing a VS Code for tests (code-server ${VERSION}) into ${home}; this takes minutes...`,
  );
  const building = await mkdtemp(`${home}-`);
  try {
    // `--prefix .`: npm would otherwise walk up to a project that the cache lies in.
    await writeFile(join(building, 'package.json'), '{ "private": true }\n');
    await npm(['install', '--prefix', '.', '--no-package-lock', ...NPM, `code-server@${VERSION}`], building);
    const code = join(building, 'node_modules', 'code-server', 'lib', 'vscode');
    await npm(['install', '--omit=dev', ...NPM], code);
    await npm(['install', '--omit=dev', ...NPM], join(code, 'extensions'));
    // Headers, and the Node that is built for, come from the package with the binary.
    await npm(['rebuild', '--loglevel=error', ...NATIVE], code, {
      PATH: [dirname(node), process.env.PATH].join(delimiter),
      npm_config_nodedir: dirname(dirname(node)),
      npm_config_engine_strict: 'false',
    });
    await trim(code);
    await writeFile(join(building, 'done'), '');
    await rm(home, { recursive: true, force: true });
    await rename(building, home);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

function needTools(): void {
  const missing = ['python3', 'make', 'g++'].filter((tool) => {
    try {
      execFileSync(tool, ['--version'], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length) {
    throw new Error(
      `The VS Code for tests has native modules, and ${missing.join(', ')} to build them with is not installed.`,
    );
  }
}

async function npm(args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  try {
    await promisify(execFile)('npm', args, {
      cwd,
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`npm ${args[0]} failed in ${cwd}: ${(stderr || message).slice(-4000)}`, { cause: error });
  }
}

async function trim(code: string): Promise<void> {
  const modules = join(code, 'node_modules');
  const unneeded = NOT_NEEDED.map((path) => join(code, path));
  for (const name of await readdir(join(modules, '@github'))) {
    if (name.startsWith('copilot-sdk-')) unneeded.push(join(modules, '@github', name));
  }
  for (const byPlatform of ['@vscode/ripgrep-universal/bin', 'node-pty/prebuilds']) {
    for (const name of await readdir(join(modules, byPlatform))) {
      if (name !== `${process.platform}-${process.arch}`) unneeded.push(join(modules, byPlatform, name));
    }
  }
  for (const name of await readdir(code, { recursive: true })) {
    if (/\.(map|a)$|[\\/]Release[\\/](\.deps|obj|obj\.target)$/.test(name)) unneeded.push(join(code, name));
  }
  for (const path of unneeded) await rm(path, { recursive: true, force: true });
}
