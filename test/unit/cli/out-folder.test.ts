import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { chooseFolder, nameOf } from '../../../src/cli/out-folder.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'heapline-out-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const NOW = new Date(2026, 0, 2, 3, 4, 5);
const choose = (out?: string) => chooseFolder(cwd, out, 'agent', NOW);
const recording = (name: string, mark: string): void => {
  mkdirSync(join(cwd, name));
  writeFileSync(join(cwd, name, 'recording.json'), `{"format":"heapline-recording/1","mark":"${mark}"}`);
};
const refused = (out: string, what: RegExp): void =>
  assert.throws(
    () => choose(out),
    (e) => HeaplineError.is(e, 'usage') && what.test(e.toLine()) && /Choose another --out/.test(e.toLine()),
  );

test('unless told, a fresh folder named by program and time', () => {
  assert.equal(choose().folder, join(cwd, 'agent-20260102-030405.heapline'));
  recording('agent-20260102-030405.heapline', 'first');
  assert.equal(choose().folder, join(cwd, 'agent-20260102-030405-2.heapline'));
});

test('new and empty folders are taken as they are', () => {
  assert.deepEqual(choose('new.heapline'), { folder: join(cwd, 'new.heapline') });
  mkdirSync(join(cwd, 'empty'));
  assert.deepEqual(choose('empty'), { folder: join(cwd, 'empty') });
});

test('an earlier recording is kept beside, in place of the one before it', () => {
  const markOf = (name: string) => JSON.parse(readFileSync(join(cwd, name, 'recording.json'), 'utf8')).mark;
  for (const mark of ['first', 'second']) {
    recording('rec.heapline', mark);
    assert.equal(choose('rec.heapline').earlier, join(cwd, 'rec.old.heapline'));
    assert.equal(existsSync(join(cwd, 'rec.heapline')), false);
    assert.equal(markOf('rec.old.heapline'), mark);
  }
});

test('a recording whose manifest was cut off is still one', () => {
  mkdirSync(join(cwd, 'cut', 'snapshots'), { recursive: true });
  writeFileSync(join(cwd, 'cut', 'events.ndjson'), '{"type":"memory","t":0}\n');
  assert.equal(choose('cut').earlier, join(cwd, 'cut.old.heapline'));
});

test('anything else is left alone', () => {
  writeFileSync(join(cwd, 'file'), 'x');
  refused('file', /is a file/);
  mkdirSync(join(cwd, 'project'));
  writeFileSync(join(cwd, 'project', 'package.json'), '{}');
  refused('project', /no recording/);
  recording('rec', 'x');
  mkdirSync(join(cwd, 'rec.old.heapline'));
  writeFileSync(join(cwd, 'rec.old.heapline', 'diary.txt'), 'dear');
  refused('rec', /rec\.old\.heapline is no recording/);
  assert.ok(existsSync(join(cwd, 'rec.old.heapline', 'diary.txt')) && existsSync(join(cwd, 'rec')));
});

test('names of programs', () => {
  assert.equal(nameOf(['node', '--expose-gc', 'src/agent.mjs']), 'agent');
  assert.equal(nameOf(['npx', 'tsx', 'main.ts', '--model', 'x.json']), 'main');
  assert.equal(nameOf(['npm', 'run', 'dev']), 'npm');
  assert.equal(nameOf(['/usr/bin/../evil name*']), 'evil-name-');
});
