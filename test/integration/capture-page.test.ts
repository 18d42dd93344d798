/** A page of a real browser, recorded through a debugger that was there long before, and by a session of our own. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import CDP from 'chrome-remote-interface';
import type { Browser } from 'playwright-core';
import { Inspector } from '../../src/capture/inspector.ts';
import { LiveRecording } from '../../src/capture/live.ts';
import { EngineClient } from '../../src/engine/client.ts';
import { openRecording } from '../../src/recording/reader.ts';
import { launchBrowser } from '../support/browser.ts';
import { Workshop } from '../support/capture.ts';
import { type Client, Relay } from '../support/relay.ts';

const APP = `class Feed {
  rows = [];
  show(text) {
    this.rows.push({ text, at: Date.now(), words: text.split(' ') });
  }
}
const feed = new Feed();
let turn = 0;
setInterval(() => {
  for (let row = 0; row < 20; row++) feed.show('row number ' + turn++);
}, 20);
//# sourceMappingURL=app.js.map
`;
const LINE = APP.split('\n').findIndex((line) => line.includes('.push(')) + 1;

let shop: Workshop;
let site: Server;
let browser: Browser;
let address: string;
let debuggerUrl: string;

before(async () => {
  shop = await Workshop.open();
  site = createServer((request, response) => {
    const isApp = request.url === '/app.js';
    response.setHeader('content-type', isApp ? 'text/javascript' : 'text/html');
    response.end(isApp ? APP : '<!doctype html><script src="/app.js"></script>');
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  address = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  const port = await freePort();
  browser = await launchBrowser([`--remote-debugging-port=${port}`]);
  const page = await browser.newPage();
  await page.goto(address);
  const targets: { url: string; webSocketDebuggerUrl: string }[] = await CDP.List({ port });
  debuggerUrl = targets.find(({ url }) => url === address)!.webSocketDebuggerUrl;
});
after(async () => {
  await browser?.close();
  site?.close();
  await shop?.close();
});

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Records some snapshots and judges them. */
async function lineOf(inspector: Inspector, folder?: string): Promise<void> {
  const out = shop.nextOut();
  const served = folder ? { origin: new URL(address).origin, folder } : undefined;
  const live = await LiveRecording.start(inspector, { out, version: '0', mode: 'manual', served });
  for (let index = 0; index < 6; index++) {
    await live.takeSnapshot();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { failure } = await live.stop({ lastSnapshot: false });
  assert.equal(failure, undefined);
  const { scripts } = await openRecording(out);
  const own = folder ? pathToFileURL(join(folder, 'app.js')).href : `${address}app.js`;
  const script = scripts.find(({ url }) => url === own);
  assert.deepEqual(
    [script?.sourceMapUrl, typeof script?.source],
    ['app.js.map', folder ? 'undefined' : 'string'],
  );
  const engine = new EngineClient(new URL('../../dist/engine-worker.js', import.meta.url));
  try {
    const { findings } = await engine.call('analyse', { recordingDir: out });
    const [first] = findings.findings;
    assert.deepEqual(
      [first?.owner.name, first?.storeSite?.line],
      ['Feed.rows', LINE],
      JSON.stringify(findings),
    );
  } finally {
    engine.dispose();
  }
}

it('names the line in a script that was parsed before we were there, through the debugger', async () => {
  const client = (await CDP({ target: debuggerUrl, local: true })) as unknown as Client;
  await client.send('Runtime.enable');
  await client.send('Debugger.enable');
  const relay = new Relay(client);
  const inspector = await Inspector.connectProxy(await relay.proxy());
  try {
    await lineOf(inspector);
    assert.deepEqual(
      relay.relayed.filter((method) => /\.(enable|disable|pause|resume)$/.test(method)),
      [],
    );
  } finally {
    await inspector.close();
    relay.close();
    await client.close();
  }
});

it('the same by a session of our own, in the file that is served', async () => {
  const inspector = await Inspector.connect(debuggerUrl);
  try {
    await lineOf(inspector, dirname(await shop.file('app.js', APP)));
  } finally {
    await inspector.close();
  }
});
