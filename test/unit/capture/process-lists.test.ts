/** What systems tell of processes, as their programs print it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { ProcessEvents } from '../../../src/capture/agent/process-events.ts';
import { parseStat } from '../../../src/capture/agent/process-table.ts';
import { ListedChildren } from '../../../src/capture/listed-children.ts';
import { outlived } from '../../../src/capture/outlived.ts';
import { type ListedProcess, parsePs, parseTasklist } from '../../../src/capture/process-lists.ts';
import type { ProcessReading, RecordingEvent } from '../../../src/protocol/recording.ts';

function readings(written: readonly RecordingEvent[]): ProcessReading[] {
  return written.findLast((event) => event.type === 'processes')!.readings;
}

test('a line of /proc/PID/stat, whatever the program is called', () => {
  const rest =
    'S 4700 4711 4711 0 -1 4194304 9000 0 3 0 120 35 0 0 20 0 11 0 778899 1022345216 12000 18446744073709551615 1 1';
  const told = { ppid: 4700, isDead: false, cpuMs: 1550, born: 778899, pages: 12000 };
  assert.deepEqual(parseStat(`4711 (node) ${rest}`), told);
  assert.deepEqual(parseStat(`4711 (a) S 1 (b) c) ${rest}`), told);
  assert.equal(parseStat(`4711 (node) ${rest.replace('S', 'Z')}`)?.isDead, true);
  assert.equal(parseStat(''), undefined);
});

test('what ps prints on macOS', () => {
  const text = `    1     0  13616 /sbin/launchd
 4711  4700  49152 /opt/homebrew/bin/node server.js --port 8080
99999  4711   1024 (node)

`;
  assert.deepEqual(parsePs(text), [
    { pid: 1, ppid: 0, rss: 13616 * 1024, command: '/sbin/launchd' },
    { pid: 4711, ppid: 4700, rss: 49152 * 1024, command: '/opt/homebrew/bin/node server.js --port 8080' },
    { pid: 99999, ppid: 4711, rss: 1024 * 1024, command: '(node)' },
  ]);
});

test('what tasklist prints, in several languages', () => {
  const text = [
    '"System Idle Process","0","Services","0","8 K"',
    '"node.exe","4711","Console","1","48,404 K"',
    '"node.exe","4712","Console","1","48.404 K"',
    '"node.exe","4713","Console","1","48\u00a0404 Ko"',
    '"na,me.exe","4714","Console","1","1,048,404 K"',
    'INFO: No tasks are running which match the specified criteria.',
    '',
  ].join('\r\n');
  assert.deepEqual(
    parseTasklist(text).map(({ pid, rss }) => [pid, rss / 1024]),
    [
      [0, 8],
      [4711, 48404],
      [4712, 48404],
      [4713, 48404],
      [4714, 1048404],
    ],
  );
});

test('children of children are found in lists, and others left alone', async () => {
  const written: RecordingEvent[] = [];
  const events = new ProcessEvents((event) => written.push(event));
  let list: ListedProcess[] = [];
  let now = 10_000;
  const listed = new ListedChildren(1, events, async () => list);
  await listed.look(() => now);
  assert.equal(written.length, 0, 'nobody to ask for');
  events.met(10, 1, ['npx', 'server'], 9000);
  list = [
    { pid: 1, ppid: 0, rss: 1, command: 'agent' },
    { pid: 10, ppid: 1, rss: 100, command: 'npx server' },
    { pid: 12, ppid: 11, rss: 300, command: 'node server.js' },
    { pid: 11, ppid: 10, rss: 200, command: 'sh -c server' },
    { pid: 99, ppid: 2, rss: 999, command: 'other' },
  ];
  await listed.look(() => now);
  assert.deepEqual([...events.running].sort(), [10, 11, 12]);
  const last = written.at(-1)!;
  assert.ok(last.type === 'processes');
  assert.deepEqual(last.readings.map(({ pid, rss }) => [pid, rss]).sort(), [
    [10, 100],
    [11, 200],
    [12, 300],
  ]);
  // Not again so soon; then the first child's number is another's, and a grandchild has gone.
  const count = written.length;
  await listed.look(() => now);
  assert.equal(written.length, count);
  now += 60_000;
  list = [
    { pid: 10, ppid: 2, rss: 5, command: 'other' },
    { pid: 11, ppid: 10, rss: 201, command: 'sh -c server' },
  ];
  await listed.look(() => now);
  assert.deepEqual(
    written.slice(count).filter(({ type }) => type === 'process'),
    [{ type: 'process', t: now, event: 'exit', role: 'child', pid: 12 }],
  );
  assert.deepEqual(readings(written), [{ pid: 11, rss: 201 }]);
});

test('where the system lists without parents, sizes are told all the same', async () => {
  const written: RecordingEvent[] = [];
  const events = new ProcessEvents((event) => written.push(event));
  events.met(10, 1, ['node', 'server.js'], 0);
  const listed = new ListedChildren(1, events, async () => [
    { pid: 10, rss: 7 },
    { pid: 20, rss: 8 },
  ]);
  await listed.look(() => 10_000);
  assert.deepEqual(written.at(-1), { type: 'processes', t: 10_000, readings: [{ pid: 10, rss: 7 }] });
});

test('what outlives its program is told from what ends with it', async () => {
  const written: RecordingEvent[] = [];
  const events = new ProcessEvents((event) => written.push(event));
  const stays = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const goes = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  try {
    events.met(stays.pid!, process.pid, [], 0);
    events.met(goes.pid!, process.pid, [], 0);
    await once(goes, 'exit');
    await outlived(events, () => 5);
    assert.deepEqual([...events.running], [stays.pid]);
    assert.deepEqual(
      written.filter((event) => event.type === 'process' && event.event === 'exit'),
      [{ type: 'process', t: 5, event: 'exit', role: 'child', pid: goes.pid }],
    );
  } finally {
    stays.kill();
    await once(stays, 'exit');
  }
});
