import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  isProgram,
  isTarget,
  kindOf,
  type SessionLike,
  servedOf,
  withoutPid,
} from '../../../src/extension/debug-sessions.ts';

function session(type: string, pending: string | undefined, more: Partial<SessionLike> = {}): SessionLike {
  const configuration = {
    ...(pending !== undefined && { __pendingTargetId: pending }),
    ...more.configuration,
  };
  return { id: pending ?? 'root', type, name: 'agent.js [1]', ...more, configuration };
}
const root = session('pwa-node', undefined, { name: 'Launch' });
const main = session('pwa-node', '4711', { parentSession: root });

it('takes processes as targets, not the session that the user started', () => {
  assert.ok(!isTarget(root));
  assert.ok(isTarget(main));
  assert.ok(!isTarget(session('debugpy', '1')));
});

it('tells workers from processes: by the id that js-debug makes of its process', () => {
  const worker = session('pwa-node', '4711-1', { parentSession: main, name: '[worker 1] w.js' });
  const child = session('pwa-node', '4712', { parentSession: main });
  assert.deepEqual([main, worker, child].map(kindOf), ['node', 'worker', 'node']);
});

it('tells pages, browser workers and extension hosts', () => {
  const browser = session('pwa-chrome', undefined);
  const of = (kind: string, parentSession = browser): SessionLike =>
    session('pwa-chrome', 'x', { parentSession, configuration: { __browserTargetType: kind } });
  assert.deepEqual(
    ['page', 'iframe', 'worker', 'service_worker'].map((kind) => kindOf(of(kind))),
    ['page', 'page', 'worker', 'worker'],
  );
  const host = session('pwa-extensionHost', undefined);
  assert.equal(kindOf(session('pwa-chrome', 'x', { parentSession: host })), 'extension-host');
});

it('records the program itself by itself: not what starts it, not what it starts', () => {
  const npm = session('node-terminal', '1', { parentSession: root, name: 'npm [1]' });
  const npmCli = session('node-terminal', '1', { parentSession: root, name: 'npm-cli.js [1]' });
  const underNpm = session('node-terminal', '2', { parentSession: npm });
  const child = session('pwa-node', '4712', { parentSession: main });
  const worker = session('pwa-node', '2-1', { parentSession: underNpm });
  assert.deepEqual([main, npm, npmCli, underNpm, child, worker, root].map(isProgram), [
    true,
    false,
    false,
    true,
    false,
    false,
    false,
  ]);
});

it('knows a program in its next run', () => {
  assert.equal(withoutPid('agent.js [4711] « Launch'), 'agent.js');
  assert.equal(withoutPid('agent.js [4711]'), 'agent.js');
  assert.equal(withoutPid('agent.js'), 'agent.js');
});

it('knows where the files of a page lie, as the session that the user started says', () => {
  const configuration = { url: 'http://localhost:3000/start?x=1', webRoot: '/w/web' };
  const started = session('pwa-chrome', undefined, { configuration });
  const page = session('pwa-chrome', 'A1', { parentSession: started });
  assert.deepEqual(servedOf(page), { origin: 'http://localhost:3000', folder: '/w/web' });
  assert.equal(servedOf(main), undefined);
  const file = session('pwa-chrome', undefined, {
    configuration: { ...configuration, url: 'file:///w/a.html' },
  });
  assert.equal(servedOf(file), undefined);
});
