import { execFile } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from './heapline.ts';

/**
 * Copies what would be packed of our extension, bundles as they are in dist/, into `parent`.
 * @returns the extension's folder, `publisher.name-version`
 */
export async function assembleExtension(parent: string): Promise<string> {
  const { publisher, name, version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
  const folder = join(parent, `${publisher}.${name}-${version}`);
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: PROJECT,
    shell: process.platform === 'win32',
    maxBuffer: 1 << 24,
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  for (const { path } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(PROJECT, path), join(folder, path));
  }
  return folder;
}
