import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pageHtml } from '../../../src/extension/panels/html.ts';
import { readMessage, readSource } from '../../../src/extension/panels/messages.ts';

const site = { url: 'file:///a.js', path: '/a.js', line: 3, column: 7 };

describe('messages of a page', () => {
  it('are taken where they are of a known form, without what else they bring', () => {
    for (const type of ['ready', 'cancel', 'retry'] as const)
      assert.deepEqual(readMessage({ type, more: 1 }), { type });
    assert.deepEqual(readMessage({ type: 'open-site', site: { ...site, evil: 1 }, beside: 'yes' }), {
      type: 'open-site',
      site,
      beside: false,
    });
    assert.deepEqual(readMessage({ type: 'open-site', site: { ...site, function: 'f' }, beside: true }), {
      type: 'open-site',
      site: { ...site, function: 'f' },
      beside: true,
    });
    assert.deepEqual(readMessage({ type: 'open-rule', id: 'listeners', x: 1 }), {
      type: 'open-rule',
      id: 'listeners',
    });
    assert.deepEqual(readMessage({ type: 'copy', text: 'a' }), { type: 'copy', text: 'a' });
    assert.deepEqual(readMessage({ type: 'compare', before: 2, after: 5, x: 1 }), {
      type: 'compare',
      before: 2,
      after: 5,
    });
    const asked = { type: 'ask', id: 1, question: 'boxes', params: { levels: 3 } };
    assert.deepEqual(readMessage({ ...asked, file: '/etc/passwd' }), asked);
    assert.deepEqual(readMessage({ ...asked, snapshot: 4, against: '1' }), { ...asked, snapshot: 4 });
    assert.deepEqual(readMessage({ type: 'command', command: 'export', args: ['x'] }), {
      type: 'command',
      command: 'export',
    });
  });

  it('ask the earlier of two where they say so, and are cancelled by number', () => {
    const ask = { type: 'ask', id: 3, question: 'nodes', params: { query: {} } };
    assert.deepEqual(readMessage({ ...ask, earlier: true, file: '/etc/passwd' }), { ...ask, earlier: true });
    assert.deepEqual(readMessage({ ...ask, earlier: 'yes' }), ask);
    assert.deepEqual(readMessage({ type: 'cancel-ask', id: 3, x: 1 }), { type: 'cancel-ask', id: 3 });
    assert.equal(readMessage({ type: 'cancel-ask', id: '3' }), undefined);
  });

  it('are dropped otherwise', () => {
    const bad: unknown[] = [
      undefined,
      null,
      'ready',
      {},
      { type: 'show' },
      { type: 'command', command: 'workbench.action.terminal.sendSequence' },
      { type: 'command', command: 'toString' },
      { type: 'compare', before: 5, after: 2 },
      { type: 'compare', before: 2, after: 2 },
      { type: 'compare', before: '../..', after: 2 },
      { type: 'compare', before: 0, after: 2 },
      { type: 'copy' },
      { type: 'open-rule' },
      { type: 'ask', id: 1, question: 'analyse', params: {} },
      { type: 'ask', id: 0, question: 'boxes', params: {} },
      { type: 'ask', id: 1, question: 'boxes' },
      { type: 'ask', id: 1, question: 'nodes', params: { query: 'x'.repeat(9000) } },
      { type: 'open-rule', id: 7 },
      { type: 'copy', text: '' },
      { type: 'copy', text: 'x'.repeat(100_001) },
      { type: 'open-site' },
      { type: 'open-site', site: { ...site, line: 0 } },
      { type: 'open-site', site: { ...site, line: 1.5 } },
      { type: 'open-site', site: { ...site, column: '7' } },
      { type: 'open-site', site: { ...site, url: { toString: () => 'x' } } },
      { type: 'open-site', site: { ...site, url: 'x'.repeat(10_000) } },
    ];
    for (const value of bad) assert.equal(readMessage(value), undefined, JSON.stringify(value));
  });

  it('leave out the parts of a place that are none', () => {
    const message = readMessage({ type: 'open-site', site: { ...site, path: 5, function: {} } });
    assert.deepEqual(message, {
      type: 'open-site',
      site: { url: site.url, line: 3, column: 7 },
      beside: false,
    });
  });
});

describe('what a revived panel was about', () => {
  const before = { file: '/r.heapline/snapshots/0001.heapsnapshot', title: 'Snapshot 1', snapshot: 1 };
  const after = { file: '/other.heapsnapshot', title: 'other' };

  it('is read from its state', () => {
    const sources = [
      { type: 'report', dir: '/r.heapline' },
      { type: 'summary', file: '/a' },
      { type: 'profile', file: '/b' },
      { type: 'diff', before, after },
      { type: 'diff', before, after, dir: '/r.heapline' },
    ];
    for (const source of sources) assert.deepEqual(readSource({ ...source, evil: 1 }), source);
  });

  it('is nothing where the state is damaged', () => {
    const bad: unknown[] = [
      undefined,
      7,
      { type: 'report' },
      { type: 'report', dir: 5 },
      { type: 'diff', before },
      { type: 'diff', before, after: { file: '/x' } },
      { type: 'other', file: '/x' },
    ];
    for (const value of bad) assert.equal(readSource(value), undefined, JSON.stringify(value));
  });
});

describe('the page of a webview', () => {
  const parts = {
    script: 'https://files/panel.js?a=1&b=2',
    style: 'https://files/panel.css',
    cspSource: "https://files 'self'",
    nonce: 'n0nce',
    language: 'zh-cn',
    title: '<b>name</b>',
    text: { Filter: '</script><script>alert(1)</script>' },
  };
  const html = pageHtml(parts);

  it('lets nothing run and nothing load but its own script and style', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1];
    assert.deepEqual(policy.split('; '), [
      "default-src 'none'",
      "script-src 'nonce-n0nce'",
      "style-src https://files 'self'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(html.match(/<script/g)!.length, 2);
    assert.match(html, /<script nonce="n0nce" src="https:\/\/files\/panel\.js\?a=1&amp;b=2">/);
  });

  it('holds text as text', () => {
    assert.match(html, /<title>&lt;b&gt;name&lt;\/b&gt;<\/title>/);
    const json = /id="heapline-text">(.*?)<\/script>/s.exec(html)![1];
    assert.deepEqual(JSON.parse(json), parts.text);
  });
});
