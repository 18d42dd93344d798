import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { assertGolden } from '../../support/golden.ts';
import {
  bareReport,
  cleanReport,
  externalReport,
  hostileReport,
  leakReport,
} from '../../support/report-data.ts';

for (const make of [leakReport, cleanReport, bareReport, externalReport, hostileReport]) {
  test(`Markdown of ${make.name}`, () => {
    assertGolden(`report/${make.name.replace('Report', '')}.md`, renderMarkdown(make()));
  });
}

/** Text outside code spans, fences and the tags that the renderer itself writes. */
function outsideCode(markdown: string): string {
  return markdown
    .replace(/^(`{3,})[^`\n]*\n[\s\S]*?\n\1$/gm, '')
    .replace(/(?<!\\)(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g, '')
    .replace(/<\/?(code|sub)>/g, '');
}

test('text from the heap is neither markup, mention, reference nor link', () => {
  const text = outsideCode(renderMarkdown(hostileReport()));
  assert.doesNotMatch(text, /<[a-z!/]/i, 'no tag');
  assert.doesNotMatch(text, /@[a-z]/i, 'no mention');
  assert.doesNotMatch(text, /(?<!&)#\d/, 'no issue reference');
  assert.doesNotMatch(text, /https?:\/\//, 'no bare link');
  assert.doesNotMatch(text, /(?<!\\)\]\(/, 'no link');
  assert.doesNotMatch(text, /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u, 'no invisible characters');
});

test('every table row keeps its two cells', () => {
  for (const line of renderMarkdown(hostileReport()).split('\n')) {
    if (!/^\| [A-Z]/.test(line)) continue;
    assert.equal(line.match(/\|/g)?.length, 3, line);
  }
});

test('a comment on GitHub holds it', () => {
  assert.ok(renderMarkdown(hostileReport()).length < 65_536);
});
