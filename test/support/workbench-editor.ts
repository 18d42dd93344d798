/** What the active editor of the workbench shows. */
import type { Page } from 'playwright-core';

export interface EditorPosition {
  /** Absolute path, or the whole address of a document that is no file. */
  file: string;
  /** From 1. */
  line: number;
  column: number;
}

/** A line in sight, as it is drawn. */
export interface EditorLine {
  /** From 1. */
  number: number;
  text: string;
  /** What extensions drew before, within or after the line's text. */
  inline: string;
  /** Pictures in the glyph margin. */
  glyphs: string[];
}

const ACTIVE = '.part.editor .editor-group-container.active .monaco-editor[data-uri]:visible';

/** Where the cursor is, or nothing when no text editor is active. */
export async function editorPosition(page: Page): Promise<EditorPosition | undefined> {
  const uri = await page
    .locator(ACTIVE)
    .first()
    .getAttribute('data-uri', { timeout: 1000 })
    .catch(() => null);
  if (!uri) return undefined;
  const status = page.locator('[id="status.editor.selection"]');
  const text = await status.textContent({ timeout: 1000 }).catch(() => null);
  const place = /(\d+)\D+(\d+)/.exec(text ?? '');
  if (!place) return undefined;
  const { protocol, pathname } = new URL(uri);
  const file = protocol === 'vscode-remote:' || protocol === 'file:' ? decodeURIComponent(pathname) : uri;
  return { file, line: Number(place[1]), column: Number(place[2]) };
}

/** The lines in sight of the active editor, top down. */
export async function editorLines(page: Page): Promise<EditorLine[]> {
  return page
    .locator(ACTIVE)
    .first()
    .evaluate((editor) => {
      const top = (element: Element): number => Math.round(element.getBoundingClientRect().top);
      const numbers = new Map<number, number>();
      for (const element of editor.querySelectorAll('.line-numbers')) {
        numbers.set(top(element), Number(element.textContent));
      }
      const content = (element: Element, pseudo: string): string => {
        const drawn = getComputedStyle(element, pseudo).content;
        return /^["']/.test(drawn) ? drawn.slice(1, -1).replace(/\\(["'\\])/g, '$1') : '';
      };
      const glyphs = new Map<number, string[]>();
      for (const element of editor.querySelectorAll('.glyph-margin-widgets .cgmr')) {
        const picture = getComputedStyle(element).backgroundImage;
        const at = glyphs.get(top(element)) ?? [];
        glyphs.set(top(element), [...at, picture === 'none' ? element.className : picture]);
      }
      return [...editor.querySelectorAll('.view-lines .view-line')]
        .map((line) => {
          const spans = [...line.querySelectorAll('span')];
          return {
            number: numbers.get(top(line)) ?? 0,
            text: (line.textContent ?? '').replace(/\u00a0/g, ' '),
            inline: spans.map((span) => content(span, '::before') + content(span, '::after')).join(''),
            glyphs: glyphs.get(top(line)) ?? [],
          };
        })
        .filter(({ number }) => number > 0)
        .sort((a, b) => a.number - b.number);
    });
}
