/** Places in source: the label to copy, the link into the editor, the lines around. */

import type { Site } from '../../src/protocol/findings.ts';
import type { ReportData, SourceExcerpt } from '../../src/protocol/report.ts';
import { excerptOf, siteLabel, siteOrigin } from '../../src/protocol/wording.ts';
import { tokensOf } from '../layout/tokens.ts';
import { type Child, h, longText, prose, scroll } from './dom.ts';

const MAX_LINE = 300;
const ORIGIN_WORDS = { user: 'your code', library: 'package', runtime: 'runtime' } as const;

/** `src/memory.ts:42:18` with buttons to copy and to open it. */
export function placeView(site: Site, cwd: string | undefined): HTMLElement {
  const label = siteLabel(site, cwd);
  const href = editorLink(site);
  return h(
    'span',
    { class: 'place' },
    h('code', { class: 'where' }, longText(label)),
    ' ',
    copyButton(siteLabel(site), label),
    href !== undefined && ' ',
    href !== undefined && h('a', { class: 'button', href }, 'Open in VS Code'),
  );
}

/** Whose code it is, as a word. */
export function originView(site: Site): HTMLElement {
  const origin = siteOrigin(site);
  return h('span', { class: `origin ${origin}` }, ORIGIN_WORDS[origin]);
}

/** One site: its role, place, function, evidence, and the lines where the report carries them. */
export function siteView(role: string, site: Site, data: ReportData): HTMLElement {
  const excerpt = excerptOf(data.sources, site);
  return h(
    'figure',
    { class: 'site' },
    h(
      'figcaption',
      {},
      h('span', { class: 'role' }, role),
      originView(site),
      placeView(site, data.recording.cwd),
      site.function !== undefined && h('span', { class: 'dim' }, 'in ', h('code', {}, site.function)),
      site.evidence !== undefined && h('span', { class: 'dim' }, prose(site.evidence)),
    ),
    excerpt && codeView(excerpt, site),
  );
}

/** Lines with numbers; the site's own is marked, and in words for who can't see the mark. */
export function codeView(excerpt: SourceExcerpt, site: Site): HTMLElement {
  return scroll(
    h(
      'ol',
      { class: 'code' },
      ...excerpt.lines.map((line, i) => {
        const number = excerpt.firstLine + i;
        const here = number === site.line;
        return h(
          'li',
          { class: here ? 'line here' : 'line' },
          h('span', { class: 'number' }, number),
          h('code', {}, here && h('span', { class: 'unseen' }, 'this line: '), ...lineView(line)),
        );
      }),
    ),
  );
}

function lineView(line: string): Child[] {
  const text = line.replaceAll('\t', '  ').slice(0, MAX_LINE);
  return tokensOf(text).map((token) =>
    token.kind === 'plain'
      ? longText(token.text)
      : h('span', { class: `t-${token.kind}` }, longText(token.text)),
  );
}

/** `vscode://file/...` for a path of this machine; undefined for anything else. */
export function editorLink(site: Site): string | undefined {
  if (!site.path || !/^(\/|[a-zA-Z]:[\\/])/.test(site.path)) return undefined;
  const path = site.path.replaceAll('\\', '/').replace(/^\//, '');
  if (/\p{Cs}/u.test(path)) return undefined;
  return `vscode://file/${path.split('/').map(encodeURIComponent).join('/')}:${site.line}:${site.column}`;
}

/** Copies `text`; says so in its own label. */
function copyButton(text: string, label: string): HTMLElement {
  const button = h('button', { type: 'button', class: 'button', 'aria-label': `Copy ${label}` }, 'Copy');
  const say = (word: string): void => {
    button.textContent = word;
    button.setAttribute('aria-label', `${word}: ${label}`);
  };
  button.addEventListener('click', () => {
    copy(text).then(
      () => say('Copied'),
      () => say('Not copied'),
    );
  });
  return button;
}

async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Pages opened from a file have no clipboard object in some browsers.
  const field = h('textarea', { class: 'unseen' });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (!done) throw new Error('The browser did not copy.');
}
