/** The report as one HTML file: no remote resource, and nothing runs but the bundle whose hash the policy names. */

import { createHash } from 'node:crypto';
import { HeaplineError } from '../base/errors.ts';
import type { ReportData } from '../protocol/report.ts';
import { printable, VERDICT_WORDS } from '../protocol/wording.ts';
import { renderText } from './text.ts';

export interface ReportAssets {
  /** Text of dist/report.js: a classic script. */
  script: string;
  /** Text of dist/report.css. */
  style: string;
}

/** Longest string kept in the data: no name or line of code needs more. */
const MAX_STRING = 4000;

const D3_NOTICE = `d3: Copyright 2010-2026 Mike Bostock. Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies. THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`;

/** The whole file. @throws HeaplineError `internal` when an asset could end its own element */
export function renderHtml(data: ReportData, assets: ReportAssets): string {
  const script = withoutMapReference(assets.script);
  const style = withoutMapReference(assets.style);
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) {
    throw new HeaplineError('internal', 'The report bundle holds markup that would end its own element.');
  }
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const { verdict } = data.findings;
  const title = `${VERDICT_WORDS[verdict]}: ${printable(data.recording.name, 120)} - Heapline`;
  const fallback = renderText(data, { color: false, width: 100, cwd: data.recording.cwd ?? '' });
  return `<!doctype html>
<!-- ${D3_NOTICE} -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="report"></div>
<noscript><pre>${escapeHtml(fallback)}</pre></noscript>
<script type="application/json" id="report-data">${embedJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that can stand in a script element (HTML 4.12.1.3) and, by chance, in a script. */
export function embedJson(data: ReportData): string {
  const json = JSON.stringify(data, (_key, value: unknown) =>
    typeof value === 'string' && value.length > MAX_STRING ? `${value.slice(0, MAX_STRING - 1)}…` : value,
  );
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Source of a CSP: CSP 3, 2.3.1. Hashed over the element's exact text. */
function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

/** A browser's tools would look for a source map beside the report, where none is. */
function withoutMapReference(text: string): string {
  return text
    .replace(/\n?(\/\/# sourceMappingURL=.*|\/\*# sourceMappingURL=.*\*\/)\s*$/, '')
    .replace(/\r\n?/g, '\n');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
