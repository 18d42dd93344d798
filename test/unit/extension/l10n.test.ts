import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { PROJECT } from '../../support/heapline.ts';

const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const json = (path: string): Record<string, string> => JSON.parse(read(path));
const bundle = json('media/l10n/bundle.l10n.zh-cn.json');

/** The literal first arguments of calls to `name`. */
function keys(folder: string, name: string): Map<string, string> {
  const found = new Map<string, string>();
  const call = new RegExp(
    `(?<![\\w.])${name}\\(\\s*(?:'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)")`,
    'g',
  );
  for (const file of readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    for (const [, single, double] of read(join(folder, file)).matchAll(call))
      found.set((single ?? double).replace(/\\(.)/g, '$1'), file);
  }
  return found;
}

const placeholders = (text: string): string[] => (text.match(/\{\d\}/g) ?? []).sort();

it('has Simplified Chinese for all that the editor and its pages say', () => {
  const used = new Map([...keys('src/extension', '(?:vscode\\.)?l10n\\.t'), ...keys('webview', 't')]);
  assert.ok(used.size > 150);
  const missing = [...used]
    .filter(([key]) => !Object.hasOwn(bundle, key))
    .map(([key, file]) => `${file}: ${key}`);
  assert.deepEqual(missing, []);
});

it('keeps placeholders', () => {
  for (const [english, chinese] of Object.entries(bundle))
    assert.deepEqual(placeholders(chinese), placeholders(english), english);
});

it('has Simplified Chinese for the manifest, with the same links and code', () => {
  const english = json('package.nls.json');
  const chinese = json('package.nls.zh-cn.json');
  assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort());
  const fixed = (text: string): string[] => (text.match(/\(command:[^)]+\)|`[^`]*`/g) ?? []).sort();
  for (const [key, text] of Object.entries(english)) assert.deepEqual(fixed(chinese[key]), fixed(text), key);
});

it('uses every text of the manifest, and has every text that it uses', () => {
  const used = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
  assert.deepEqual([...new Set(used)].sort(), Object.keys(json('package.nls.json')).sort());
});
