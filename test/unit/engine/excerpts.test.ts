import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { makeExcerpts } from '../../../src/engine/excerpts.ts';
import type { Finding, Site } from '../../../src/protocol/findings.ts';
import { ScriptMap } from '../../../src/source/script-map.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-excerpts-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const siteIn = (name: string, text: string, line: number, column = 1): Site => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return { url: pathToFileURL(path).href, path, line, column };
};
const excerpts = (...sites: Site[]) =>
  makeExcerpts([{ allocationSites: sites } as unknown as Finding], new ScriptMap([]));

test('four lines around each site, from the first line on', async () => {
  const text = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  const unix = siteIn('unix.js', text.join('\n'), 10);
  const windows = siteIn('windows.js', text.join('\r\n'), 2);
  assert.deepEqual(await excerpts(unix, windows), [
    { path: unix.path, firstLine: 6, lines: text.slice(5, 14) },
    { path: windows.path, firstLine: 1, lines: text.slice(0, 6) },
  ]);
});

test('a place is shown once, whatever points to it', async () => {
  const site = siteIn('once.js', 'a\nb\nc', 2);
  const finding = { storeSite: site, userSite: { ...site, column: 3 }, allocationSites: [site] };
  assert.equal((await makeExcerpts([finding as unknown as Finding], new ScriptMap([]))).length, 1);
});

test("a bundle's line is cut around the column", async () => {
  const text = `${'x'.repeat(5000)}HERE${'y'.repeat(5000)}`;
  const [{ lines }] = await excerpts(siteIn('bundle.js', text, 1, 5001));
  assert.ok(lines[0].length <= 302, String(lines[0].length));
  assert.match(lines[0], /^…x+HEREy+…$/);
});

test('a file that is gone is no error', async () => {
  const site = siteIn('gone.js', 'a', 1);
  rmSync(site.path!);
  assert.deepEqual(await excerpts(site), []);
});

test("a script without a file is read from the recording's copy", async () => {
  writeFileSync(join(folder, 'copy.js'), 'one\ntwo\nthree');
  const map = new ScriptMap([{ id: '4', url: 'webpack://app/x.js', source: 'copy.js' }], folder);
  const site = { url: 'webpack://app/x.js', line: 2, column: 1 };
  const [excerpt] = await makeExcerpts([{ allocationSites: [site] } as unknown as Finding], map);
  assert.deepEqual(excerpt, { path: site.url, firstLine: 1, lines: ['one', 'two', 'three'] });
});

test('a file that was edited since is not what ran', async () => {
  const mapped = siteIn('mapped.ts', 'new text', 1);
  const finding = { allocationSites: [mapped] } as unknown as Finding;
  const [before, after] = [-60_000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString());
  assert.deepEqual(await makeExcerpts([finding], new ScriptMap([]), before), []);
  assert.equal((await makeExcerpts([finding], new ScriptMap([]), after)).length, 1);

  // Of a script whose file has changed, the recording may have kept the text that ran.
  writeFileSync(join(folder, 'kept.js'), 'ran text');
  const scripts = [{ id: '1', url: mapped.url, source: 'kept.js' }];
  const [kept] = await makeExcerpts([finding], new ScriptMap(scripts, folder), before);
  assert.deepEqual(kept.lines, ['ran text']);
});
