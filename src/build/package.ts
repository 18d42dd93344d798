/** `npm run package [-- FILE]`: the extension as a `.vsix`, as `code --install-extension` takes it. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundle } from './bundle.ts';
import { cacheFolder } from './cache.ts';
import { ROOT } from './run.ts';

// Its 285 packages are needed for nothing else: kept out of the lockfile.
const VSCE = '@vscode/vsce@3.9.2';
const execute = promisify(execFile);

/** Packs what dist/ and media/ hold at the moment into `file`. */
export async function packExtension(file: string): Promise<void> {
  const home = await installPacker();
  await execute(
    process.execPath,
    [
      join(home, 'node_modules', '@vscode', 'vsce', 'vsce'),
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      file,
    ],
    // Bundled already: `vscode:prepublish` is not used.
    { cwd: ROOT, maxBuffer: 1 << 24 },
  );
}

async function installPacker(): Promise<string> {
  const home = join(cacheFolder(), VSCE.replace('@vscode/', '').replace('@', '-'));
  if (existsSync(join(home, 'node_modules'))) return home;
  await mkdir(cacheFolder(), { recursive: true });
  const building = await mkdtemp(join(cacheFolder(), 'packer-'));
  try {
    await writeFile(join(building, 'package.json'), '{"private":true}\n');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', '.'];
    await execute('npm', ['install', ...flags, VSCE], { cwd: building, shell: process.platform === 'win32' });
    await rename(building, home).catch((error) => {
      // Another process was first.
      if (!existsSync(join(home, 'node_modules'))) throw error;
    });
    return home;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const file = resolve(process.argv[2] ?? `${name}-${version}.vsix`);
  await bundle();
  await packExtension(file);
  console.log(file);
}
