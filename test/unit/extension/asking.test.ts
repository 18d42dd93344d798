import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import type { CancellationToken } from 'vscode';
import { HeaplineError } from '../../../src/base/errors.ts';
import { askHeap } from '../../../src/extension/panels/asking.ts';
import type { Server } from '../../../src/extension/server.ts';
import type { PanelSource } from '../../../src/protocol/panel.ts';

const token = {} as CancellationToken;

/** What the server is asked. */
async function asked(source: PanelSource, more: object = {}, params: object = {}): Promise<unknown> {
  const calls: unknown[] = [];
  const server = {
    request: async (method: string, given: object) => calls.push([method, given]),
  } as unknown as Server;
  const question = { type: 'ask', id: 1, question: 'boxes', params, ...more } as const;
  await askHeap(question, source, server, { token });
  return calls[0];
}

it('asks the files that the page is about, whatever the page says', async () => {
  const dir = join('recordings', 'a.heapline');
  const file = (name: string): string => join(dir, 'snapshots', name);
  assert.deepEqual(
    await asked({ type: 'report', dir }, { snapshot: 12, against: 2 }, { file: '/etc/passwd', levels: 3 }),
    [
      'heapline/heap/boxes',
      { levels: 3, file: file('0012.heapsnapshot'), before: file('0002.heapsnapshot') },
    ],
  );
  const side = (path: string) => ({ file: path, title: path });
  const diff: PanelSource = { type: 'diff', before: side('1.heapsnapshot'), after: side('2.heapsnapshot') };
  assert.deepEqual(await asked(diff, { snapshot: 9 }), [
    'heapline/heap/boxes',
    { file: '2.heapsnapshot', before: '1.heapsnapshot' },
  ]);
  assert.deepEqual(await asked({ type: 'summary', file: '3.heapsnapshot' }, {}, { before: 'x' }), [
    'heapline/heap/boxes',
    { file: '3.heapsnapshot', before: undefined },
  ]);
});

it('asks no file where the page is about none', async () => {
  const failure = (error: unknown): boolean => HeaplineError.is(error, 'not-found');
  await assert.rejects(asked({ type: 'report', dir: 'a.heapline' }), failure);
  await assert.rejects(asked({ type: 'profile', file: 'a.heapprofile' }, { snapshot: 1 }), failure);
});
