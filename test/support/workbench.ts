/**
 * A real VS Code workbench in a real, headless browser, for tests: opened with `openWorkbench`, driven as a user
 * drives it, and closed with all that it started.
 */
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { launchBrowser } from '../../src/build/browser.ts';
import { assembleExtension } from './extension-folder.ts';
import { PROJECT } from './heapline.ts';
import { TIMEOUT_MS, until } from './until.ts';
import { type EditorLine, type EditorPosition, editorLines, editorPosition } from './workbench-editor.ts';
import { exactly, readList } from './workbench-list.ts';
import { QuickInput } from './workbench-quick-input.ts';
import { startServer, type WorkbenchProcess, type WorkbenchServer } from './workbench-server.ts';
import { View } from './workbench-view.ts';

/** By name in the setting: name in the picker, and what the workbench's class has in it. */
const THEMES = {
  'Dark Modern': ['Dark Modern', 'dark_modern'],
  'Light Modern': ['Light Modern', 'light_modern'],
  'Default High Contrast': ['Dark High Contrast', 'hc_black'],
  'Default High Contrast Light': ['Light High Contrast', 'hc_light'],
} as const;
export type Theme = keyof typeof THEMES;

export interface WorkbenchOptions {
  /** The folder to open. */
  folder: string;
  /** An unpacked extension, `publisher.name-version`; ours unless told. */
  extension?: string;
  /** Further unpacked extensions, named likewise. */
  beside?: readonly string[];
  /** User settings. */
  settings?: Record<string, unknown>;
  theme?: Theme;
  /** Of the window, in pixels; 1400 by 900 unless told. */
  size?: { width: number; height: number };
  /** What extensions see as VS Code's display language (`zh-cn`). The workbench itself stays English. */
  locale?: string;
}

/** Opens a folder in a workbench of its own and waits until extensions can be used. The caller closes it. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const theme = options.theme ?? 'Dark Modern';
  const packed = options.extension ? undefined : await mkdtemp(join(tmpdir(), 'heapline-vsix-'));
  let server: WorkbenchServer | undefined;
  let browser: Browser | undefined;
  try {
    const extension = packed ? await assembleExtension(packed) : options.extension!;
    server = await startServer([extension, ...(options.beside ?? [])], {
      ...options.settings,
      'workbench.colorTheme': theme,
    });
    browser = await launchBrowser();
    const context = await browser.newContext({
      viewport: options.size ?? { width: 1400, height: 900 },
      locale: 'en-US',
    });
    // tsx wraps functions in it, also those that are sent into the page.
    await context.addInitScript('globalThis.__name ??= (fn) => fn;');
    if (options.locale) {
      await context.addInitScript((language) => {
        Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: language });
      }, options.locale);
    }
    context.setDefaultTimeout(TIMEOUT_MS);
    const page = await context.newPage();
    const folder = await realpath(options.folder);
    const workbench = new Workbench(page, folder, server, browser);
    await page.goto(`${server.url}?folder=${encodeURIComponent(folder)}`);
    await workbench.ready(0);
    return workbench;
  } catch (error) {
    await browser?.close();
    const printed = server?.printed();
    await server?.close();
    throw new Error(`The workbench did not open: ${(error as Error).message}\n${printed ?? ''}`, {
      cause: error,
    });
  } finally {
    if (packed) await rm(packed, { recursive: true, force: true });
  }
}

/** A notification that is not seen for this long is looked for behind the bell. */
const BELL_MS = 3000;

export class Workbench {
  readonly page: Page;
  /** The folder that is open, without symbolic links. */
  readonly folder: string;
  /** The palette, quick picks and input boxes. */
  readonly quickInput: QuickInput;
  private readonly server: WorkbenchServer;
  private readonly browser: Browser;

  /** Use `openWorkbench`. */
  constructor(page: Page, folder: string, server: WorkbenchServer, browser: Browser) {
    this.page = page;
    this.folder = folder;
    this.server = server;
    this.browser = browser;
    this.quickInput = new QuickInput(page);
  }

  // --- Commands

  /** Runs a command by its full title in the palette, `Category: Title`. */
  async command(title: string): Promise<void> {
    await this.quickInput.run(`>${title}`, title);
  }

  /** Titles that the palette offers for this text, best first. */
  async palette(text: string): Promise<string[]> {
    await this.quickInput.open(`>${text}`);
    const titles = await this.quickInput.titles();
    await this.quickInput.close();
    return titles;
  }

  async commandExists(title: string): Promise<boolean> {
    return (await this.palette(title)).includes(title);
  }

  // --- Debugging

  /** Starts a configuration of launch.json and waits until VS Code is debugging and the program runs. */
  async startDebugging(configuration: string): Promise<void> {
    const before = this.debuggees();
    await this.quickInput.run(`debug ${configuration}`, configuration);
    await this.page.locator('.debug-toolbar').waitFor();
    await until(`${configuration} to run`, () => this.debuggees().some((pid) => !before.includes(pid)));
  }

  /** Stops the session in focus and waits until nothing is debugged. The program may have ended meanwhile. */
  async stopDebugging(): Promise<void> {
    const toolbar = this.page.locator('.debug-toolbar');
    const stop = toolbar.locator('.action-label[aria-label^="Stop ("]').first();
    await until('debugging to end', async () => {
      if (!(await toolbar.isVisible())) return true;
      await stop.click({ timeout: 2000 }).catch(() => {});
      return toolbar.waitFor({ state: 'hidden', timeout: 5000 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** Waits until no debug session is left. */
  async debuggingEnds(): Promise<void> {
    await this.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  }

  /** Restarts the session in focus and waits until the programs of before are gone and there is another. */
  async restartDebugging(): Promise<void> {
    const before = this.debuggees();
    await this.command('Debug: Restart');
    await until('the debugged program to restart', () => {
      const now = this.debuggees();
      return now.length > 0 && !now.some((pid) => before.includes(pid));
    });
  }

  /** Titles of the debug toolbar's buttons, left to right. */
  async debugToolbar(): Promise<string[]> {
    const labels = this.page.locator('.debug-toolbar .action-label');
    return labels.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
  }

  /** Presses a button of the debug toolbar, by the start of its title. */
  async debugToolbarAction(title: string): Promise<void> {
    await this.page
      .locator(`.debug-toolbar .action-label[aria-label^=${JSON.stringify(title)}]`)
      .first()
      .click();
  }

  /** Process ids of programs that are debugged. */
  debuggees(): number[] {
    return this.server
      .processes()
      .filter(({ debugged }) => debugged)
      .map(({ pid }) => pid);
  }

  // --- Editors

  /** Opens a file of the folder, or at an absolute path, and waits for it. @param line cursor there, from 1 */
  async openFile(path: string, line?: number): Promise<void> {
    const file = join(this.folder, path.startsWith(this.folder) ? path.slice(this.folder.length) : path);
    const name = file.slice(file.lastIndexOf('/') + 1);
    await this.quickInput.run(file, name);
    await until(`${path} to open`, async () => (await editorPosition(this.page))?.file === file);
    if (line !== undefined) await this.goToLine(line);
  }

  /** Puts the active editor's cursor at the start of a line. */
  async goToLine(line: number): Promise<void> {
    await this.quickInput.open(`:${line}`);
    await this.page.keyboard.press('Enter');
    await until(`the cursor in line ${line}`, async () => (await editorPosition(this.page))?.line === line);
  }

  /** Where the active text editor's cursor is; nothing when no text editor is active. */
  activeEditorPosition(): Promise<EditorPosition | undefined> {
    return editorPosition(this.page);
  }

  /** The active editor's lines in sight, with what extensions drew at them. */
  editorLines(): Promise<EditorLine[]> {
    return editorLines(this.page);
  }

  /** What the hover over the start of a line's text says, in the active editor. */
  async hover(line: number): Promise<string> {
    await this.goToLine(line);
    // From the very start to where the text begins.
    await this.page.keyboard.press('Home');
    await this.command('Show or Focus Hover');
    const hover = this.page.locator('.monaco-hover:visible .hover-row');
    await hover.first().waitFor();
    const texts = await hover.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return texts.join('\n').trim();
  }

  /** Names on the editor tabs, all groups. */
  async tabs(): Promise<string[]> {
    const tabs = this.page.locator('.part.editor .tab');
    return tabs.evaluateAll((all) =>
      all.map((tab) => {
        const name = tab.getAttribute('data-resource-name') ?? '';
        // A webview's resource is made up; its title is in sight.
        return name.startsWith('webview-') ? (tab.querySelector('.label-name')?.textContent ?? '') : name;
      }),
    );
  }

  /** The document within a webview, of an editor or a view, by the webview's title. Waits for it. */
  async webview(title: string): Promise<Frame> {
    return until(`webview ${title}`, async () => {
      for (const outer of await this.page.locator('iframe.webview.ready').all()) {
        if (!(await outer.isVisible())) continue;
        const frame = await (await outer.elementHandle())?.contentFrame();
        const inner = await frame?.$(`iframe#active-frame[title=${JSON.stringify(title)}]`);
        const content = await inner?.contentFrame();
        if (content) return content;
      }
      return undefined;
    });
  }

  // --- Views, notifications

  /** A view by its title; it is opened when it is asked for something. */
  view(title: string): View {
    return new View(this.page, this.quickInput, title);
  }

  /** Messages of all notifications that are up, newest first. Afterwards they are behind the bell, not in sight. */
  async notifications(): Promise<string[]> {
    const bell = this.page.locator('[id="status.notifications"]');
    const list = this.page.locator('.notifications-center');
    await bell.click();
    await list.waitFor();
    const rows = await readList(this.page, list, readNotifications);
    await bell.click();
    await list.waitFor({ state: 'hidden' });
    return rows.map(({ message }) => message);
  }

  /** Waits for a notification and gives its whole message. */
  async notification(match: RegExp): Promise<string> {
    const inSight = this.page.locator('.notifications-toasts .notification-list-item-message');
    const fits = (messages: string[]): string | undefined => messages.find((message) => match.test(message));
    // Three are in sight at most, and not for long; further ones are behind the bell only.
    let asked = Date.now();
    return until(`notification ${match}`, async () => {
      const found = fits((await inSight.allInnerTexts()).map((text) => text.trim()));
      if (found || Date.now() - asked < BELL_MS) return found;
      asked = Date.now();
      return fits(await this.notifications());
    });
  }

  /** Presses a button of a notification in sight; waits for it. */
  async clickNotification(button: string): Promise<void> {
    const buttons = this.page.locator('.notifications-toasts .notification-list-item .monaco-button');
    await buttons
      .filter({ hasText: exactly(button) })
      .first()
      .click();
  }

  /** Text of the modal dialog, waited for. */
  async dialog(): Promise<string> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor();
    return (await box.locator('.dialog-message-row').innerText()).trim();
  }

  /** Presses a button of the modal dialog. */
  async clickDialog(button: string): Promise<void> {
    const buttons = this.page.locator('.monaco-dialog-box .monaco-button');
    await buttons
      .filter({ hasText: exactly(button) })
      .first()
      .click();
    await this.page.locator('.monaco-dialog-box').waitFor({ state: 'hidden' });
  }

  /** Texts of the status bar's entries, left to right. */
  async statusBar(): Promise<string[]> {
    const entries = await this.page.locator('.part.statusbar .statusbar-item').allInnerTexts();
    return entries.map((text) => text.trim()).filter(Boolean);
  }

  // --- The window

  /** A picture of the window, in `.ci-output/screenshots/`. @returns its path */
  async screenshot(name: string): Promise<string> {
    const folder = join(PROJECT, '.ci-output', 'screenshots');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** For `afterEach`: of a test that failed a picture and the logs are kept in `.ci-output/`. */
  async explain(test: { name: string; passed?: boolean }): Promise<void> {
    if (test.passed !== false) return;
    const name = `failed-${test.name.replace(/\W+/g, '-')}`;
    await this.screenshot(name);
    const log = `${this.server.printed()}\n${this.extensionHostLog()}`;
    await writeFile(join(PROJECT, '.ci-output', `${name}.log`), log);
  }

  /** *Developer: Reload Window*; waits until extensions can be used again. */
  async reload(): Promise<void> {
    const before = this.hostsReady();
    const loaded = this.page.waitForEvent('load');
    await this.command('Developer: Reload Window');
    await loaded;
    await this.ready(before);
  }

  async setTheme(theme: Theme): Promise<void> {
    const [name, inClass] = THEMES[theme];
    await this.command('Preferences: Color Theme');
    await this.quickInput.pick(name);
    await this.page.locator(`.monaco-workbench[class*="themes-${inClass}-json"]`).waitFor();
  }

  /** Changes the folder's settings (user settings are not watched here); `undefined` takes one out. */
  async changeSettings(changes: Record<string, unknown>): Promise<void> {
    const file = join(this.folder, '.vscode', 'settings.json');
    const current = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ ...current, ...changes }, null, 2));
  }

  // --- Behind it

  /** Logs of the extension hosts and output channels, for a failing test's message. */
  extensionHostLog(): string {
    return this.server.extensionHostLog();
  }

  /** Every live process that the workbench started. */
  processes(): WorkbenchProcess[] {
    return this.server.processes();
  }

  /** Process ids of Heapline's servers. */
  serverPids(): number[] {
    const ours = this.processes().filter(({ command }) => /[\\/]dist[\\/]server\.js\b/.test(command));
    return ours.map(({ pid }) => pid);
  }

  /** Ends the browser, the workbench and every process that it started, programs under debug too. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }

  /** Waits until the workbench stands and one more extension host than `before` has activated what starts by itself. */
  async ready(before: number): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
    await until('the extension host', () => this.hostsReady() > before);
  }

  private hostsReady(): number {
    return this.extensionHostLog().split('Eager extensions activated').length - 1;
  }
}

/** Runs in the page. */
function readNotifications(rows: Element[]): { index: number; message: string }[] {
  return rows.map((row) => ({
    index: Number(row.getAttribute('data-index')),
    message: row.querySelector('.notification-list-item-message')?.textContent?.trim() ?? '',
  }));
}
