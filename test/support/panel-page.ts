/** The editor's panel in a real browser, with a stand-in for the editor around it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ROOT } from '../../src/build/run.ts';
import { pageHtml } from '../../src/extension/panels/html.ts';
import type { PanelContent, PanelSource, PanelState, PanelToEditor } from '../../src/protocol/panel.ts';
import type { WireError } from '../../src/protocol/rpc.ts';
import { EDITOR_THEMES } from './editor-themes.ts';

const ORIGIN = 'http://panel.test';

/** What VS Code puts into every webview, as far as it reaches ours. */
const EDITOR_STYLE = `@layer vscode-default {
  body { background-color: transparent; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family);
    font-weight: var(--vscode-font-weight); font-size: var(--vscode-font-size); margin: 0; padding: 0 20px; }
  a, a code { color: var(--vscode-textLink-foreground); }
  code { font-family: var(--monaco-monospace-font); color: var(--vscode-textPreformat-foreground);
    background-color: var(--vscode-textPreformat-background); padding: 1px 3px; border-radius: 4px; }
}`;

/** What VS Code gives a webview to speak with: state outlives the page. */
const EDITOR_API = `
  const kept = sessionStorage.getItem('state');
  window.posted = [];
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => {
      if (message.type !== 'ask') return window.posted.push(structuredClone(message));
      window.answerAsk?.(message).then((answer) => window.postMessage({ type: 'answer', id: message.id, ...answer }, '*'));
    },
    getState: () => (kept === null ? undefined : JSON.parse(kept)),
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
  });`;

export interface PanelPage {
  page: Page;
  show(content: PanelContent, source?: PanelSource): Promise<void>;
  /** What the page sent since it was last asked. */
  posted(): Promise<PanelToEditor[]>;
  state(): Promise<PanelState | undefined>;
  /** As when a hidden tab is shown again: the page starts anew, with the state it kept. */
  reload(): Promise<void>;
}

export interface PanelOptions extends BrowserContextOptions {
  theme?: keyof typeof EDITOR_THEMES;
  text?: Record<string, string>;
  /** Answers what the page asks of its snapshots, as the editor does. Without it, nobody does. */
  answer?(question: Question): Promise<{ result?: unknown; error?: WireError }>;
}

export type Question = Extract<PanelToEditor, { type: 'ask' }>;

/** Opens an empty panel; fails on any error, warning, refused or remote resource of the page. */
export async function withPanel(
  browser: Browser,
  { theme = 'Dark Modern', text = {}, answer, ...options }: PanelOptions,
  use: (panel: PanelPage) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const troubles: string[] = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => troubles.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => troubles.push(error.stack ?? error.message));
    page.on('dialog', (dialog) => troubles.push(`dialog: ${dialog.message()}`));
    const html = pageHtml({
      script: `${ORIGIN}/panel.js`,
      style: `${ORIGIN}/panel.css`,
      cspSource: ORIGIN,
      nonce: 'only-ours',
      language: 'en',
      title: 'Heapline',
      text,
    }).replace('<link', `<link rel="stylesheet" href="${ORIGIN}/editor.css"><link`);
    await page.route('**/*', async (route) => {
      const { pathname, origin } = new URL(route.request().url());
      if (origin !== ORIGIN) {
        troubles.push(`request: ${route.request().url()}`);
        return route.abort();
      }
      if (pathname === '/') return route.fulfill({ body: html, contentType: 'text/html' });
      if (pathname === '/editor.css') return route.fulfill({ body: EDITOR_STYLE, contentType: 'text/css' });
      const contentType = pathname.endsWith('.css') ? 'text/css' : 'text/javascript';
      if (/^\/panel\.(js|css)$/.test(pathname))
        return route.fulfill({ body: await readFile(join(ROOT, 'dist', pathname)), contentType });
      // Source maps are for people with the browser's tools open.
      return route.fulfill({ status: 404 });
    });
    await page.addInitScript({ content: EDITOR_API });
    if (answer) await page.exposeFunction('answerAsk', answer);
    const open = async (): Promise<void> => {
      await page.goto(`${ORIGIN}/`);
      await page.evaluate(({ body, variables }) => {
        document.body.className = body;
        for (const [name, value] of Object.entries(variables))
          document.documentElement.style.setProperty(name, value);
      }, EDITOR_THEMES[theme]);
    };
    await open();
    await use({
      page,
      async show(content, source) {
        await page.evaluate(
          (message) =>
            new Promise((resolve) => {
              // After the page's own listener.
              window.addEventListener('message', resolve, { once: true });
              window.postMessage(message, '*');
            }).then(() => undefined),
          { type: 'show', content, source },
        );
        await page.locator(`#panel.${content.type}`).waitFor();
        // A chart is drawn once its width is known.
        await page.locator('.chart:visible svg:not([width])').first().waitFor({ state: 'detached' });
      },
      posted: () =>
        page.evaluate(() => (window as unknown as { posted: unknown[] }).posted.splice(0)) as Promise<
          PanelToEditor[]
        >,
      state: () =>
        page.evaluate(() => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined) as Promise<
          PanelState | undefined
        >,
      reload: open,
    });
    assert.deepEqual(troubles, []);
  } catch (error) {
    // What went wrong in the page says more than what was then not found.
    if (troubles.length && !(error instanceof assert.AssertionError))
      assert.deepEqual(troubles, [], String(error));
    throw error;
  } finally {
    await context.close();
  }
}
