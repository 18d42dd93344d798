/** A real browser for tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installBrowser, launchBrowser } from '../../src/build/browser.ts';

export { launchBrowser };

/** axe-core's script: evaluated in a page it puts `axe` there, whatever the page's policy. */
export async function axeSource(): Promise<string> {
  return readFileSync(join(await installBrowser(), 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
}
