import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seenSessions } from '../../../src/engine/sessions/seen-sessions.ts';
import {
  contentScore,
  lookOfKeys,
  namesEntry,
  namesKeeper,
  namesPool,
  ownerOfKey,
} from '../../../src/engine/sessions/words.ts';
import type { RecordingEvent } from '../../../src/protocol/recording.ts';

const many = (make: (i: number) => string): string[] => Array.from({ length: 30 }, (_, i) => make(i));

describe('words of pools', () => {
  it('containers of agents and sessions', () => {
    for (const name of [
      'sessions',
      '#sessions',
      'activeSessionsById',
      'agentPool',
      'threads',
      'chat_sessions',
    ])
      assert.ok(namesPool(name), name);
    for (const name of [
      'sessionEvents',
      'toolsByAgent',
      'userAgents',
      'routes',
      'messages',
      'threadMessages',
    ])
      assert.ok(!namesPool(name), name);
  });

  it('entries, and who keeps them', () => {
    for (const name of ['Session', 'ChatSession', 'ResearchAgent', 'AgentState'])
      assert.ok(namesEntry(name), name);
    for (const name of ['SessionEvent', 'HttpsProxyAgent', 'AgentMessage', 'Module', '{session, at}'])
      assert.ok(!namesEntry(name), name);
    for (const name of ['SessionStore', 'AgentPool', 'MemorySaver']) assert.ok(namesKeeper(name), name);
    for (const name of ['Agent', 'Session', 'RouteTable', 'Cache']) assert.ok(!namesKeeper(name), name);
  });

  it('keys that are made as the program goes, and those of tables', () => {
    const token = (i: number): string => `Vx${(i * 7919).toString(36)}R8_Z5j${i}dHi6B-myT`;
    for (const make of [(i: number) => `session-${i}`, String, token, (i: number) => `a.b${i}@example.org`])
      assert.equal(lookOfKeys(many(make)), 'ids', make(7));
    for (const make of [
      (i: number) => `/users/${i}/:id`,
      (i: number) => `chat.title.${i}`,
      (i: number) => `./lib/f${i}.js`,
    ])
      assert.equal(lookOfKeys(many(make)), 'paths', make(7));
    assert.equal(lookOfKeys(['gpt-4o', 'gpt-4o-mini', 'claude-3']), 'names');
    assert.equal(lookOfKeys(['search', 'read', 'write']), 'names');
  });

  it('a key of several parts, and what entries hold', () => {
    assert.equal(ownerOfKey('["talk-1","","1ef2"]'), 'talk-1');
    assert.equal(ownerOfKey('["broken'), '["broken');
    assert.equal(contentScore(['sessionId', 'messages', 'createdAt']), 3);
    assert.equal(contentScore(['title', 'body']), 0);
  });
});

it('sessions as they are seen at work: their last use, their end, the longest pause', () => {
  const begin = (t: number, id: number, kind: 'session' | 'run', session: string): RecordingEvent => ({
    type: 'span',
    t,
    id,
    kind,
    session,
  });
  const end = (t: number, id: number): RecordingEvent => ({ type: 'span-end', t, id });
  const events = [
    begin(0, 1, 'session', 'a'),
    begin(10, 2, 'run', 'a'),
    end(500, 2),
    begin(700, 3, 'run', 'a'),
    end(710, 3),
    end(720, 1),
    begin(800, 4, 'session', 'b'),
    end(810, 4),
    // It goes on.
    begin(900, 5, 'session', 'b'),
    begin(5000, 6, 'run', 'a'),
  ];
  const seen = seenSessions(events, 1000);
  assert.deepEqual(seen.get('a'), { begun: 0, lastUse: 720, longestPause: 200, ended: 720 });
  assert.deepEqual(seen.get('b'), { begun: 800, lastUse: 900, longestPause: 90, ended: undefined });
});
