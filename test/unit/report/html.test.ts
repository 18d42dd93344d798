import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { renderHtml } from '../../../src/report/html.ts';
import { hostileReport, leakReport } from '../../support/report-data.ts';

const assets = {
  script: 'console.log(1);\n//# sourceMappingURL=report.js.map\n',
  style: 'body{color:red}\n',
};

/** What a browser takes for the element's text: up to the first closing tag. */
function element(html: string, open: string): string {
  const from = html.indexOf(open) + open.length;
  assert.ok(from >= open.length, `${open} is there`);
  return html.slice(from, html.indexOf(`</${/^<(\w+)/.exec(open)![1]}`, from));
}

test('the data survives its element, whatever strings it holds', () => {
  for (const make of [leakReport, hostileReport]) {
    const data = make();
    const json = element(renderHtml(data, assets), '<script type="application/json" id="report-data">');
    const read = JSON.parse(json) as typeof data;
    assert.doesNotMatch(json, /[<>&\u2028\u2029]/);
    assert.equal(read.findings.findings.length, data.findings.findings.length);
    assert.equal(read.findings.findings[0].owner.name, data.findings.findings[0].owner.name);
  }
});

test('strings of 10 MB are cut', () => {
  assert.ok(renderHtml(hostileReport(), assets).length < 2_000_000);
});

test('the policy names the hashes of the script and the style, and allows nothing else', () => {
  const html = renderHtml(leakReport(), assets);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)![1];
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  assert.match(policy, /^default-src 'none';/);
  assert.ok(policy.includes(`script-src ${hash(element(html, '<script>'))};`));
  assert.ok(policy.includes(`style-src ${hash(element(html, '<style>'))};`));
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
});

test('the file asks for nothing from elsewhere', () => {
  const html = renderHtml(leakReport(), assets);
  assert.doesNotMatch(html, /<link|<img|<iframe|<script src|@import|sourceMappingURL/);
});

test('without JavaScript the text report is there', () => {
  const text = element(renderHtml(leakReport(), assets), '<noscript><pre>');
  assert.match(text, /src\/memory\.ts:42:18/);
  assert.match(text, /session &gt; agent &gt; memory/);
});

test('a bundle that could end its own element is refused', () => {
  for (const script of ['"</script>"', '"<!--"']) {
    assert.throws(
      () => renderHtml(leakReport(), { ...assets, script }),
      (error) => HeaplineError.is(error, 'internal'),
    );
  }
});
