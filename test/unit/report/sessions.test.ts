import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capacityOf } from '../../../src/protocol/capacity.ts';
import type { SessionPool, SessionsReport } from '../../../src/protocol/sessions.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { sessionsText } from '../../../src/report/sessions-text.ts';
import { layoutPool } from '../../../webview/layout/sessions.ts';
import { cleanReport, HOSTILE } from '../../support/report-data.ts';

const MINUTE = 60_000;

function pool(name = 'SessionStore.sessions'): SessionPool {
  const point = (i: number) => ({
    snapshot: i + 1,
    t: i * MINUTE,
    activeMs: i * MINUTE,
    entries: 2 + 14 * i,
    bytes: (2 + 14 * i) * 3.1e6,
    shared: 0,
    came: i ? 14 : 0,
    left: 0,
  });
  return {
    name,
    kind: 'map',
    className: 'Map',
    nodeId: 7,
    containers: 1,
    of: 'session',
    path: ['store', 'sessions'],
    entryClass: 'Session',
    evidence: ['30 entries of `Session`.'],
    entries: 30,
    bytes: 93e6,
    external: 0,
    shared: 0,
    size: { median: 3.1e6, p90: 4e6, mean: 3.1e6, max: 5e6 },
    use: { active: 4, idle: 26, by: 'spans', idleMs: 5 * MINUTE, idleBytes: 80e6 },
    eviction: { policy: 'never', came: 28, left: 0, snapshots: 3 },
    points: [0, 1, 2].map(point),
    largest: [{ key: '41', nodeId: 9, bytes: 5e6 }],
    bytesPerSession: 3.1e6,
    externalPerSession: 0,
    newPerMinute: 14,
    netPerMinute: 14,
  };
}

function report(name?: string): SessionsReport {
  return {
    format: 'heapline-sessions/1',
    snapshot: 3,
    t: 20 * MINUTE,
    live: 93e6 + 140e6,
    external: 0,
    process: 40e6,
    limits: [
      { bytes: 4e9, kind: 'heap' },
      { bytes: 2e9, kind: 'memory' },
    ],
    pools: [pool(name)],
    closed: {
      closed: 40,
      released: 3,
      bytes: 115e6,
      heldCount: 37,
      held: [
        {
          session: '41',
          endedAgoMs: 12 * MINUTE,
          bytes: 3.1e6,
          through: [
            {
              name: name ?? 'SessionStore.sessions',
              className: 'Map',
              nodeId: 7,
              bytes: 3.1e6,
              evidence: 'key',
            },
          ],
        },
      ],
    },
  };
}

describe('how many sessions fit', () => {
  it('is told with its formula, by the bound that is reached first', () => {
    const all = report();
    const capacity = capacityOf(all, all.pools[0])!;
    assert.equal(
      capacity.formula,
      '(2 GB memory limit - 180 MB base) / 3.1 MB a session = 587 sessions; at 14 more sessions a minute it is full' +
        ' in 40 min; at 14 new ones a minute a TTL of 20 min would hold 280',
    );
    assert.deepEqual(capacity.ttl, { ms: 20 * MINUTE, holds: 280, tooShort: false });
  });

  it('says where a life is shorter than a pause after which sessions went on', () => {
    const all = { ...report(), longestPauseMs: 25 * MINUTE };
    assert.equal(capacityOf(all, all.pools[0])?.ttl?.tooShort, true);
    assert.match(sessionsText(all, { color: false, width: 100 }), /went on after pauses of up to 25 min/);
  });

  it('is by the heap limit without buffers, for what was asked with child processes', () => {
    const all = { ...report(), children: { rss: 47e6, perSession: 1 } };
    all.pools[0].externalPerSession = 1e6;
    assert.equal(
      capacityOf({ ...all, limits: [{ bytes: 4e9, kind: 'heap' }] }, all.pools[0])?.perSession,
      2.1e6,
    );
    assert.equal(capacityOf(all, all.pools[0], 8e9)?.perSession, 50.1e6);
    assert.equal(capacityOf({ ...all, limits: [] }, all.pools[0]), undefined);
  });
});

it('text and Markdown', () => {
  const text = sessionsText(report(), { color: false, width: 200 });
  for (const part of [
    'SessionStore.sessions (Map): 93 MB in 30 entries: median 3.1 MB, p90 4 MB',
    '4 active, 26 idle (80 MB); idle: nothing of the session was seen at work for 5 min',
    'never evicted: 28 came and none left over 3 snapshots',
    '37 of 40 closed sessions are still held, with 115 MB.',
    'Session `41` ended 12 min ago and still holds 3.1 MB through `SessionStore.sessions` (Map): its entry there bears its name.',
  ])
    assert.ok(text.includes(part), `${part}\n${text}`);
  const markdown = renderMarkdown({ ...cleanReport(), sessions: report() });
  assert.match(markdown, /### Agents and sessions\n\n\| Pool /);
  assert.match(
    markdown,
    /\| `SessionStore\.sessions` \(Map\) \| 30 \| 4 \/ 26 \| 93 MB \| 3\.1 MB \/ 4 MB \|/,
  );
});

it('names from the program steer neither terminal nor page', () => {
  for (const name of [HOSTILE.ansi, HOSTILE.bidi, HOSTILE.separators, HOSTILE.html, HOSTILE.markdown]) {
    const text = sessionsText(report(name), { color: false, width: 100 });
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028\u200b]/);
    const markdown = renderMarkdown({ ...cleanReport(), sessions: report(name) });
    assert.doesNotMatch(markdown.replace(/`[^`]*`|<code>.*?<\/code>/g, ''), /<img|@everyone/);
  }
});

it('a picture of entries over time', () => {
  const { points } = pool();
  const layout = layoutPool(points, 400, 60);
  assert.match(layout.entries, /^M[\d.]+,[\d.]+L/);
  assert.equal(layout.points.length, 3);
  const ys = layout.points.map(({ y }) => y);
  assert.deepEqual(
    ys,
    [...ys].sort((a, b) => b - a),
  );
  assert.equal(layout.falls.length, 0);
  assert.equal(layoutPool([], 400).area, '');
});
