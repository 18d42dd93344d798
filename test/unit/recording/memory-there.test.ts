import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { availableMemory, freeDisk } from '../../../src/recording/memory-there.ts';

const MB = 1e6;
/** A machine with these files. */
const files =
  (texts: Record<string, string>): ((file: string) => string) =>
  (file) =>
    texts[file] ?? '';
const MACHINE = { '/proc/meminfo': 'MemTotal: 9000000 kB\nMemFree: 100 kB\nMemAvailable: 8000000 kB\n' };
const onLinux = { skip: process.platform !== 'linux' && 'reads /proc' };

test('what the machine has', onLinux, () => {
  assert.equal(availableMemory('self', files(MACHINE)), 8000000 * 1024);
});

test('a container of control groups 2: its root is its own group, and cached files can be had again', () => {
  const read = files({
    ...MACHINE,
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/memory.max': `${512 * MB}\n`,
    '/sys/fs/cgroup/memory.current': `${400 * MB}\n`,
    '/sys/fs/cgroup/memory.stat': `anon 5\ninactive_file ${100 * MB}\nactive_file 7\n`,
  });
  assert.equal(availableMemory('self', read), 212 * MB);
});

test('groups within groups: the tightest counts, of the process that is asked about', () => {
  const read = files({
    ...MACHINE,
    '/proc/self/cgroup': '0::/\n',
    '/proc/77/cgroup': '0::/user.slice/agent.scope\n',
    '/sys/fs/cgroup/user.slice/agent.scope/memory.max': 'max\n',
    '/sys/fs/cgroup/user.slice/agent.scope/memory.current': '5\n',
    '/sys/fs/cgroup/user.slice/memory.max': `${100 * MB}\n`,
    '/sys/fs/cgroup/user.slice/memory.current': `${30 * MB}\n`,
  });
  assert.equal(availableMemory(77, read), 70 * MB);
  assert.ok(availableMemory('self', read) > 1e9);
});

test('control groups 1', () => {
  const read = files({
    ...MACHINE,
    '/proc/self/cgroup': '5:cpu,cpuacct:/a\n4:memory:/docker/b\n0::/\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1000\n',
    '/sys/fs/cgroup/memory/docker/b/memory.limit_in_bytes': `${300 * MB}\n`,
    '/sys/fs/cgroup/memory/docker/b/memory.usage_in_bytes': `${400 * MB}\n`,
    '/sys/fs/cgroup/memory/docker/b/memory.stat': `total_inactive_file ${150 * MB}\n`,
  });
  assert.equal(availableMemory('self', read), 50 * MB);
});

test('a limit of the process’s own addresses', () => {
  const read = files({
    ...MACHINE,
    '/proc/5/limits':
      'Limit      Soft Limit   Hard Limit   Units\nMax address space         1600000000           unlimited            bytes\n',
    '/proc/5/status': 'Name: node\nVmSize:\t 1000000 kB\nVmRSS:\t 5 kB\n',
  });
  assert.equal(availableMemory(5, read), 1.6e9 - 1.024e9);
});

test('here', () => {
  assert.ok(availableMemory() > MB);
  assert.ok(availableMemory(process.pid) > MB);
  assert.ok(freeDisk(tmpdir())! > 0);
  assert.equal(freeDisk('/there/is/no/such/folder'), undefined);
});
