/** Sessions of a live program: seen at work, found in its heap by their names, with snapshots where they close. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { analyseRecording } from '../../src/engine/analyse.ts';
import { heldSentence } from '../../src/protocol/session-words.ts';
import type { SessionsReport } from '../../src/protocol/sessions.ts';
import { ofType, type Recorded, Workshop } from '../support/capture.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

/** A server that keeps a conversation for each `x-session-id`; then sessions that the program tells itself. */
const PROGRAM = `
import { existsSync } from 'node:fs';
import http from 'node:http';
import { tracingChannel } from 'node:diagnostics_channel';

const listen = async (handler) => {
  const server = http.createServer(handler);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};
const ask = (port, path, headers = {}) => new Promise((resolve, reject) => {
  const request = http.request({ host: '127.0.0.1', port, path, method: 'POST', headers }, (answer) => answer.resume().on('end', resolve));
  request.on('error', reject).end(JSON.stringify({ model: 'm', messages: [] }));
});
const text = (length, n) => Buffer.alloc(length, 97 + (n % 26)).toString('latin1');

class Dialogue { constructor() { this.turns = []; } }
class Desk {
  open = new Map();
  of(id) { if (!this.open.has(id)) this.open.set(id, new Dialogue()); return this.open.get(id); }
}
class Archive { entries = []; add(sessionId, n) { this.entries.push({ sessionId, text: text(40_000, n) }); } }
const desk = new Desk();
const archive = new Archive();

// What nobody refers to when the module has run is let go of.
process.on('exit', () => console.log(desk.open.size, archive.entries.length));

const model = await listen((request, response) => request.resume().on('end', () => response.end('{"choices":[]}')));
const agent = await listen(async (request, response) => {
  const id = request.headers['x-session-id'];
  await ask(model.address().port, '/v1/chat/completions');
  if (id) desk.of(id).turns.push({ text: text(30_000, desk.open.size) });
  response.end('ok');
});
await ask(agent.address().port, '/');
for (let turn = 0; turn < 2; turn++)
  for (let i = 0; i < 6; i++) await ask(agent.address().port, '/', { 'x-session-id': 'visitor-' + 'abcdef'[i] });

const session = tracingChannel('heapline.session');
for (let i = 0; i < 4; i++) {
  await session.tracePromise(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (i < 3) archive.add('talk-number-' + i, i);
  }, { id: 'talk-number-' + i });
  while (!existsSync(process.argv[2])) await new Promise((resolve) => setTimeout(resolve, 20));
}
agent.closeAllConnections(); agent.close(); model.closeAllConnections(); model.close();
`;

let shop: Workshop;
before(async () => {
  shop = await Workshop.open();
});
after(() => shop.close());

for (const major of [20, 24] as NodeMajor[]) {
  describe(`sessions on Node ${major}`, () => {
    let recorded: Recorded;
    let report: SessionsReport;
    before(async () => {
      const program = await shop.file(`server-${major}.mjs`, PROGRAM);
      const go = join(shop.folder, `go-${major}`);
      const command = [await nodeBinary(major), program, go];
      recorded = await shop.run(command, { atSessions: true }, (event) => {
        if (event.type === 'snapshot' && event.reason === 'after-session') writeFileSync(go, '');
      });
      assert.equal(recorded.stdout, '6 3\n', recorded.stderr);
      const { sessions } = await analyseRecording({ recordingDir: recorded.outcome.recordingDir });
      assert.ok(sessions);
      report = sessions;
    });

    it('a snapshot is taken where one closes', () => {
      const reasons = ofType(recorded.recording, 'snapshot').map(({ reason }) => reason);
      assert.ok(reasons.includes('after-session'), reasons.join());
      assert.equal(reasons.at(-1), 'end');
    });

    // Before Node 24, a request's context would make all promises dearer: there the name of the session is not heard.
    if (major >= 24)
      it('a map whose keys are the sessions of requests', () => {
        const desk = report.pools.find(({ name }) => name === 'Desk.open');
        assert.ok(desk, report.pools.map(({ name }) => name).join());
        assert.deepEqual([desk.entries, desk.entryClass, desk.use?.by], [6, 'Dialogue', 'spans']);
        assert.match(desk.evidence[0], /^100 % of the keys are names of sessions/);
        assert.ok(Math.abs(desk.bytesPerSession - 60_500) < 6000, String(desk.bytesPerSession));
        assert.ok(report.limits.some(({ kind }) => kind === 'heap'));
      });

    it('what closed sessions left behind is found by a field that bears their names', () => {
      const { closed } = report;
      assert.deepEqual([closed?.closed, closed?.heldCount], [4, 3]);
      assert.deepEqual(closed!.held.map(({ session }) => session).sort(), [
        'talk-number-0',
        'talk-number-1',
        'talk-number-2',
      ]);
      for (const held of closed!.held) {
        assert.ok(Math.abs(held.bytes - 40_100) < 1000, String(held.bytes));
        assert.match(
          heldSentence(held),
          /still holds 40\.\d kB through `Archive\.entries` \(Array\): what is held bears its name in a field\.$/,
        );
      }
    });
  });
}
