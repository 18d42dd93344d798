import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { code, commandLink, escaped, withCode } from '../../../src/extension/gutter/markdown.ts';
import type { MarkReason } from '../../../src/extension/gutter/marks.ts';
import {
  hoverText,
  inlineText,
  type Localize,
  MARK_COMMAND,
  type MarkAction,
} from '../../../src/extension/gutter/texts.ts';
import type { Finding } from '../../../src/protocol/findings.ts';
import { leakReport } from '../../support/report-data.ts';

const l10n: Localize = {
  t: (message, ...args) => message.replace(/\{(\d)\}/g, (_all, i) => String(args[Number(i)])),
};
const leak = leakReport().findings.findings[0];
const reason = (more: Partial<MarkReason> = {}, finding: Partial<Finding> = {}): MarkReason => ({
  recordingDir: '/runs/a (1).heapline',
  finding: { ...leak, ...finding },
  role: 'store',
  site: leak.storeSite!,
  severity: 'leak',
  over: { steps: 10, seconds: 20 },
  provisional: false,
  ...more,
});
const growth = (bytes: number, objects: number) => ({ growth: { ...leak.growth, bytes, objects } });
const ALL = () => new Set<MarkAction>(['report', 'store', 'allocation', 'verify', 'rule', 'ignore', 'clear']);

describe('inlineText', () => {
  const text = (...reasons: MarkReason[]) => inlineText(reasons, l10n);

  it('says how much over how long', () => {
    assert.equal(text(reason()), '+12.4 MB, 5,000 objects over 10 steps');
    assert.equal(
      text(reason({}, { growth: { ...leak.growth, stepKind: 'model' } })),
      '+12.4 MB, 5,000 objects over 10 model calls',
    );
    assert.equal(
      text(reason({ over: { steps: 1, seconds: 2 } }, growth(900, 1))),
      '+900 B, 1 object over 1 step',
    );
    assert.equal(text(reason({ over: { seconds: 20 } }, growth(9e6, 0))), '+9 MB over 20 s');
    assert.equal(text(reason({ over: { seconds: 0 } })), '+12.4 MB, 5,000 objects');
  });

  it('names what keeps it where that is elsewhere, in one line and cut short', () => {
    const owner = { ...leak.owner, name: `a\n\u202e${'x'.repeat(200)}` };
    const shown = text(reason({ role: 'allocation' }, { owner }));
    assert.match(shown, /^allocates for a\\n\\u\{202e\}x+…: \+12\.4 MB, 5,000 objects over 10 steps$/);
    assert.ok(shown.length < 110, shown);
    assert.equal(
      text(reason({ role: 'user' })),
      'fills AgentMemory.history: +12.4 MB, 5,000 objects over 10 steps',
    );
  });

  it('says what is not sure yet, and how many more there are', () => {
    assert.match(text(reason({ provisional: true })), / over 10 steps so far$/);
    assert.match(text(reason({ severity: 'inconclusive' })), / over 10 steps, perhaps a leak$/);
    const other = reason({}, { id: 'other', ...growth(1, 1) });
    assert.match(text(other, reason()), /^\+12\.4 MB, .* \(and 1 more\)$/);
    assert.match(text(reason(), other, reason({}, { id: 'third' })), / \(and 2 more\)$/);
  });
});

describe('hoverText', () => {
  it('tells title, holders, evidence and advice', () => {
    const text = hoverText([reason()], ALL, l10n);
    assert.match(text, /^\*\*Leak\\, 97 \\% sure\*\*\n\n` AgentMemory\.history ` \\\(Array\\\) gained/);
    assert.match(text, /Held by\\: .*` session ` › ` agent ` › ` memory ` › ` history `\n/);
    assert.match(text, /Stored here\\: ` memory\.ts:42:18 ` \\\(syntax\\: the only push/);
    assert.match(text, /Evidence\\:\n\n- Gained 500 objects in every step\\, .*\n- All/);
    assert.match(text, /\n\nRule\\: Conversation history without a window \[How to Mend It\]\(command:/);
    assert.match(text, /What to do\\:\n\n- Keep a window/);
  });

  it('offers what can be done from here', () => {
    const links = (role: MarkReason['role'], actions = ALL, finding: Partial<Finding> = {}) =>
      [...hoverText([reason({ role }, finding)], actions, l10n).matchAll(/\[([^\]]*)\]\(command:/g)].map(
        ([, label]) => label,
      );
    const after = ['Verify Fix', 'Ignore This Leak\\.\\.\\.', 'Clear Leak Marks', 'How to Mend It'];
    assert.deepEqual(links('store'), ['Show Report', 'Go to Allocation', ...after]);
    assert.deepEqual(links('allocation'), ['Show Report', 'Go to Store', ...after]);
    assert.deepEqual(links('store', ALL, { rule: undefined }).at(-1), 'Clear Leak Marks');
    assert.deepEqual(
      links('store', () => new Set<MarkAction>(['clear'])),
      ['Clear Leak Marks'],
    );
    assert.deepEqual(links('user', ALL, { storeSite: undefined, allocationSites: [] }), [
      'Show Report',
      ...after,
    ]);
  });

  it('tells three findings and counts the rest', () => {
    const many = [1, 2, 3, 4, 5].map((n) => reason({}, { id: `f${n}` }));
    const text = hoverText(many, ALL, l10n);
    assert.equal(text.split('\n---\n').length, 4);
    assert.match(text, /And 2 more\\: see the report\\\.$/);
  });

  it('holds no link but ours, no markup and no HTML, whatever the program called its things', () => {
    const nasty = [
      '[x](command:workbench.action.quit)',
      '<a href="command:workbench.action.quit">x</a>',
      '`](command:workbench.action.quit) `',
      '``` \n# head\n\n---\n',
      'https://evil.example www.evil.example a@b.example <https://evil.example>',
      '![i](https://evil.example/i.png) &lt;b&gt; $(bug) ~~s~~ | a | b |',
      '\\[x\\](command:workbench.action.quit) \\` \\\\',
      '\n\n    indented\r\n1. one\n* two\n> three\n===',
    ];
    for (const bad of nasty) {
      const path = [{ edge: bad, name: bad, className: bad, nodeId: leak.owner.nodeId }];
      const text = hoverText(
        [
          reason(
            { recordingDir: `/r/${bad}`, site: { url: bad, line: 1, column: 1, evidence: bad } },
            {
              id: bad,
              title: bad,
              reasons: [bad],
              advice: [bad],
              rule: { id: bad, title: bad },
              retainingPath: path,
              owner: { className: bad, name: bad, nodeId: leak.owner.nodeId },
            },
          ),
        ],
        ALL,
        l10n,
      );
      // What is left without code spans, escapes and our own links must be words.
      const left = text
        .replace(/(?<![\\`])(`+) .*? \1(?!`)/g, 'CODE')
        .replace(/\\[!-/:-@[-`{-~]/g, 'ESC')
        .replace(
          new RegExp(`\\[[A-Z](?:[A-Za-z ]|ESC)*\\]\\(command:${MARK_COMMAND}\\?[\\w%.-]*\\)`, 'g'),
          'LINK',
        );
      assert.equal(left.match(/LINK/g)?.length, 6, text);
      const lines = left.split('\n').map((line) => line.replace(/^- /, '').replace(/^\*\*(.*)\*\*/, '$1'));
      for (const line of lines) {
        assert.doesNotMatch(line.replaceAll(' | ', ''), /[[\]()<>`*_#&$~|!@:/\\]|^\s|^[-=>+]|^\d+[.)]/, text);
      }
    }
  });
});

describe('Markdown', () => {
  it('escapes all punctuation, and keeps to one line', () => {
    assert.equal(escaped('a *b*\n[c]'), 'a \\*b\\*\\\\n\\[c\\]');
    assert.equal(escaped('x'.repeat(5000)).length, 600);
  });

  it('shows names between backticks as code, odd ones as text', () => {
    assert.equal(withCode('a `b*` c'), 'a ` b* ` c');
    assert.equal(withCode('a `b'), 'a \\`b');
  });

  it('fences code with more backticks than it holds', () => {
    assert.equal(code('a``b`'), '``` a``b` ```');
    assert.equal(code(' '), '');
  });

  it('links carry any argument whole', () => {
    const args = ['a', "/x (1)/'q'*!~[y]", { n: 1 }];
    const link = commandLink('Show [it]', 'a.b', args);
    const query = /^\[Show \\\[it\\\]\]\(command:a\.b\?([\w%.-]*)\)$/.exec(link)![1];
    assert.deepEqual(JSON.parse(decodeURIComponent(query)), args);
  });
});
