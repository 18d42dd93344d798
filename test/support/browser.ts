/** A real browser for tests. */
export { installBrowser, launchBrowser } from '../../src/build/browser.ts';
