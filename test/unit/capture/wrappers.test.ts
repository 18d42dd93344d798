import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withPreload } from '../../../src/capture/announcement.ts';
import { isWrapper } from '../../../src/capture/wrappers.ts';

const process_ = (script?: string, execArgv: string[] = [], startedByNode = false) => ({
  script,
  execArgv,
  startedByNode,
});

describe('a process of the command', () => {
  for (const script of [
    '/usr/lib/node_modules/npm/bin/npm-cli.js',
    '/usr/bin/npx',
    'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npx-cli.js',
    '/p/node_modules/tsx/dist/cli.mjs',
    '/p/node_modules/.bin/tsx',
    '/p/.yarn/releases/yarn-4.1.0.cjs',
    '/usr/lib/node_modules/corepack/dist/pnpm.js',
    '/p/node_modules/.pnpm/nodemon@3.0.0/node_modules/nodemon/bin/nodemon.js',
    '/p/node_modules/typescript/bin/tsc',
    '/p/node_modules/npm-run-all/bin/npm-run-all/index.js',
  ]) {
    it(`is a wrapper: ${script}`, () => assert.equal(isWrapper(process_(script)), true));
  }
  for (const script of [
    '/p/agent.mjs',
    '/p/src/npm/index.js',
    '/p/node_modules/my-agent/bin/agent.js',
    '/p/node_modules/.bin/langgraph-server',
    '/p/node_modules/ts-node/dist/bin.js',
    'C:\\work\\agent.js',
  ]) {
    it(`is the program: ${script}`, () => assert.equal(isWrapper(process_(script)), false));
  }
  it('is told by the options of Node', () => {
    assert.equal(isWrapper(process_('/p/agent.mjs', ['--watch'])), true);
    assert.equal(isWrapper(process_('/p/agent.mjs', ['--watch'], true)), false);
    assert.equal(isWrapper(process_(undefined, ['--test'])), true);
    assert.equal(isWrapper(process_('/p/agent.mjs', ['--test-reporter=spec'])), false);
    assert.equal(isWrapper(process_(undefined, ['-p', '1'])), true);
    assert.equal(isWrapper(process_(undefined, ['-e', 'serve()'])), false);
  });
});

describe('NODE_OPTIONS', () => {
  it('keeps what was there, and quotes as Node reads it', () => {
    assert.equal(
      withPreload('--max-old-space-size=4096', 'C:\\My "p"\\preload.cjs'),
      '--max-old-space-size=4096 --require "C:\\\\My \\"p\\"\\\\preload.cjs" --inspect-publish-uid=http',
    );
    assert.equal(withPreload(undefined, '/a b.cjs'), '--require "/a b.cjs" --inspect-publish-uid=http');
  });
});
