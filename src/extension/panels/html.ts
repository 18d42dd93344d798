/** The page that a webview of ours loads: one script, one style sheet, the translations; nothing else may run. */

export interface PageParts {
  /** As the webview serves them. */
  script: string;
  style: string;
  cspSource: string;
  nonce: string;
  /** BCP 47, as the editor has it. */
  language: string;
  title: string;
  /** English text -> translation. */
  text: Record<string, string>;
}

/** The whole document. */
export function pageHtml(parts: PageParts): string {
  const { script, style, cspSource, nonce, language, title, text } = parts;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${escapeHtml(style)}">
</head>
<body>
<div id="panel"></div>
<script type="application/json" id="heapline-text">${embedded(text)}</script>
<script nonce="${nonce}" src="${escapeHtml(script)}"></script>
</body>
</html>
`;
}

/** JSON that can stand in a script element (HTML 4.12.1.3). */
function embedded(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
