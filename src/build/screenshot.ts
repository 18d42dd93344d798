/** `npm run screenshot -- REPORT.html OUT.png [dark]`: the first screen of an HTML report, for the README. */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchBrowser } from './browser.ts';

const [report, out, scheme] = process.argv.slice(2);
if (!report || !out) {
  console.error('Usage: npm run screenshot -- REPORT.html OUT.png [dark]');
  process.exit(2);
}
mkdirSync(dirname(resolve(out)), { recursive: true });
const browser = await launchBrowser();
try {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 900 },
    deviceScaleFactor: 2,
    colorScheme: scheme === 'dark' ? 'dark' : 'light',
  });
  await page.goto(pathToFileURL(resolve(report)).href);
  await page.locator('h1').waitFor();
  // A chart is drawn once its width is known.
  await page.locator('.chart:visible svg:not([width])').first().waitFor({ state: 'detached' });
  await page.screenshot({ path: out });
  console.log(`${out} is written.`);
} finally {
  await browser.close();
}
