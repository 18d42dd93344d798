/** Places in source: the label to copy, the link into the editor, the lines around. */

import type { Site } from '../../src/protocol/findings.ts';
import type { ReportData, SourceExcerpt } from '../../src/protocol/report.ts';
import { excerptOf, siteLabel, siteOrigin } from '../../src/protocol/wording.ts';
import type { Host } from '../host.ts';
import { tokensOf } from '../layout/tokens.ts';
import { t } from '../text.ts';
import { type Child, h, longText, prose, scroll } from './dom.ts';

const MAX_LINE = 300;
const ORIGIN_WORDS = { user: 'your code', library: 'package', runtime: 'runtime' } as const;

/** `src/memory.ts:42:18`, to open and to copy. */
export function placeView(site: Site, cwd: string | undefined, host: Host): HTMLElement {
  const label = siteLabel(site, cwd);
  const where = h('code', { class: 'where' }, longText(label));
  const href = host.editor ? undefined : editorLink(site);
  return h(
    'span',
    { class: 'place' },
    host.editor ? siteButton(site, host, where) : where,
    ' ',
    copyButton(siteLabel(site), label, host),
    href !== undefined && ' ',
    href !== undefined && h('a', { class: 'button', href }, t('Open in VS Code')),
  );
}

/** `what`, as a link to the site where it can be opened. */
export function siteLink(site: Site | undefined, host: Host, what: Child): Child {
  if (!site) return what;
  if (host.editor) return siteButton(site, host, what);
  const href = editorLink(site);
  return href === undefined ? what : h('a', { href, title: siteLabel(site) }, what);
}

/** Opens the site in the editor; with Ctrl, Cmd or Alt, beside. */
function siteButton(site: Site, host: Host, what: Child): HTMLElement {
  const button = h('button', { type: 'button', class: 'link', title: siteLabel(site) }, what);
  button.addEventListener('click', (event) => openSite(event, site, host));
  return button;
}

function openSite(event: MouseEvent, site: Site, host: Host): void {
  host.editor?.openSite(site, event.ctrlKey || event.metaKey || event.altKey);
}

/** Whose code it is, as a word. */
export function originView(site: Site): HTMLElement {
  const origin = siteOrigin(site);
  return h('span', { class: `origin ${origin}` }, t(ORIGIN_WORDS[origin]));
}

/** One site: its role, place, function, evidence, and the lines where the report carries them. */
export function siteView(role: string, site: Site, data: ReportData, host: Host): HTMLElement {
  const excerpt = excerptOf(data.sources, site);
  return h(
    'figure',
    { class: 'site' },
    h(
      'figcaption',
      {},
      h('span', { class: 'role' }, t(role)),
      originView(site),
      placeView(site, data.recording.cwd, host),
      functionView(site),
      site.evidence !== undefined && h('span', { class: 'dim' }, prose(site.evidence)),
    ),
    excerpt && codeView(excerpt, site, host),
  );
}

/** The function that a site is in, if known. */
export function functionView(site: Site): Child {
  return (
    site.function !== undefined && h('span', { class: 'dim' }, `${t('in')} `, h('code', {}, site.function))
  );
}

/** Lines with numbers; the site's own is marked, and in words for who can't see the mark. */
export function codeView(excerpt: SourceExcerpt, site: Site, host: Host): HTMLElement {
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
          numberView(number, here ? site : { ...site, line: number, column: 1 }, here, host),
          h('code', {}, here && h('span', { class: 'unseen' }, t('this line: ')), ...lineView(line)),
        );
      }),
    ),
  );
}

/** In the editor it opens the line; the keyboard stops at the site's own only. */
function numberView(number: number, site: Site, here: boolean, host: Host): HTMLElement {
  if (!host.editor) return h('span', { class: 'number' }, number);
  const button = h(
    'button',
    { type: 'button', class: 'number', title: siteLabel(site), tabindex: here ? 0 : -1 },
    number,
  );
  button.addEventListener('click', (event) => openSite(event, site, host));
  return button;
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

/** The file's name, line and column: the whole path is in a tooltip. */
export function shortened(label: string): string {
  return label.split(/[\\/]/).at(-1) ?? label;
}

/** Copies `text`; says so in its own label. */
function copyButton(text: string, label: string, host: Host): HTMLElement {
  const button = h(
    'button',
    { type: 'button', class: 'button', 'aria-label': `${t('Copy')} ${label}` },
    t('Copy'),
  );
  const say = (word: string): void => {
    button.textContent = word;
    button.setAttribute('aria-label', `${word}: ${label}`);
  };
  button.addEventListener('click', () => {
    host.copy(text).then(
      () => say(t('Copied')),
      () => say(t('Not copied')),
    );
  });
  return button;
}
