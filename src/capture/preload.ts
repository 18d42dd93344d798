/**
 * Loaded by `--require` into each Node process of the command. The first that is no wrapper becomes the target: it
 * opens its inspector and waits until the recorder is there. The others say that they exist and go on.
 */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import * as inspector from 'node:inspector';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { isAlive } from './alive.ts';
import {
  type Announcement,
  ELECTED_FILE,
  LIMIT_FLAG,
  QUIET_FLAG,
  RECORDER_FILE,
  RENDEZVOUS,
  START_HOOK,
  TARGET_FILE,
} from './announcement.ts';
import { isWrapper } from './wrappers.ts';

const folder = process.env[RENDEZVOUS];
if (folder && isMainThread) {
  try {
    takePart(folder);
  } catch {
    // The recorder is gone, or its folder: the program is not to notice.
  }
}

function takePart(folder: string): void {
  const { argv, execArgv, env, pid, ppid } = process;
  const facts = { pid, ppid, argv: argv.slice(0, 50).map((arg) => arg.slice(0, 2000)) };
  const recorder = Number(readFileSync(join(folder, RECORDER_FILE), 'utf8'));
  const wrapper = isWrapper({
    script: argv[1],
    execArgv,
    startedByNode: env.WATCH_REPORT_DEPENDENCIES !== undefined || env.NODE_TEST_CONTEXT !== undefined,
  });
  if (wrapper || !elect(folder)) {
    announce(folder, `${wrapper ? 'wrapper' : 'child'}-${pid}.json`, {
      role: wrapper ? 'wrapper' : 'child',
      ...facts,
    });
    return;
  }
  // Children are not ours to quieten.
  env.NODE_OPTIONS = env.NODE_OPTIONS?.replace(QUIET_FLAG, '')
    .replace(env[LIMIT_FLAG] ?? '', '')
    .trim();
  delete env[LIMIT_FLAG];
  const url = inspector.url();
  const target: Announcement = { role: 'target', ...facts, url };
  try {
    if (url === undefined) inspector.open(0, '127.0.0.1', false);
    else writeSync(2, `Debugger listening on ${url}\n`);
    target.url = inspector.url();
  } catch (error) {
    target.error = error instanceof Error ? error.message : String(error);
  }
  if (!target.url) target.error ??= 'the inspector did not open';
  let waiting = target.error === undefined;
  Object.defineProperty(globalThis, START_HOOK, {
    configurable: true,
    value: () => {
      waiting = false;
    },
  });
  announce(folder, TARGET_FILE, target);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  // In JavaScript, not in `waitForDebugger`: a recorder that died must not leave the program waiting for ever.
  for (let turn = 1; waiting; turn++) {
    Atomics.wait(cell, 0, 0, 5);
    if (turn % 100 === 0 && !isAlive(recorder)) break;
  }
  Reflect.deleteProperty(globalThis, START_HOOK);
}

function elect(folder: string): boolean {
  try {
    closeSync(openSync(join(folder, ELECTED_FILE), 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function announce(folder: string, name: string, announcement: Announcement): void {
  const path = join(folder, name);
  writeFileSync(`${path}.part`, JSON.stringify(announcement), { mode: 0o600 });
  renameSync(`${path}.part`, path);
}
