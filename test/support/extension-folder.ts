import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packExtension } from '../../src/build/package.ts';
import { PROJECT } from './heapline.ts';

/**
 * Packs our extension, with the bundles that are in dist/, and unpacks it into `parent` as VS Code does.
 * @returns the extension's folder, `publisher.name-version`
 */
export async function assembleExtension(parent: string): Promise<string> {
  const { publisher, name, version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
  const folder = join(parent, `${publisher}.${name}-${version}`);
  const temp = await mkdtemp(join(parent, '.unpack-'));
  try {
    const file = join(temp, 'heapline.vsix');
    await packExtension(file);
    // The workbench's build needs Python, too.
    await promisify(execFile)('python3', ['-m', 'zipfile', '-e', file, temp]);
    await rename(join(temp, 'extension'), folder);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
  return folder;
}
