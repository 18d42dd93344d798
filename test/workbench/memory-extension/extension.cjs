/** Records again and again, and writes down what the extension host's heap holds in between. */
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');
const v8 = require('node:v8');
const { runInNewContext } = require('node:vm');
const { commands, workspace } = require('vscode');

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Bytes that are still held once all that could be freed is. */
async function held() {
  v8.setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 8; turn++) {
    await sleep(100);
    gc();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}

async function recordOften() {
  const log = join(workspace.workspaceFolders[0].uri.fsPath, 'heaps.ndjson');
  const write = (facts) => appendFileSync(log, `${JSON.stringify(facts)}\n`);
  try {
    for (let recordings = 1; recordings <= 20; recordings++) {
      await commands.executeCommand('heapline.record');
      await commands.executeCommand('heapline.takeSnapshot');
      await commands.executeCommand('heapline.takeSnapshot');
      await commands.executeCommand('heapline.stop');
      await commands.executeCommand('workbench.action.closeAllEditors');
      write({ recordings, bytes: await held() });
    }
  } catch (error) {
    write({ error: String(error) });
  }
}

exports.activate = (context) => {
  context.subscriptions.push(commands.registerCommand('heapline-test.recordOften', recordOften));
};
