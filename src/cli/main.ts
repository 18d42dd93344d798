/** The entry of the command `heapline`: joins the process to the logic. */
import { recordAttached } from '../capture/attach.ts';
import { recordRun } from '../capture/run.ts';
import { EngineClient } from '../engine/client.ts';
import { runCli } from './cli.ts';

for (const stream of [process.stdout, process.stderr]) {
  // A reader that went away (`heapline classes FILE | head`) is no failure; what was to be done is still done.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const dist = new URL('.', import.meta.url);
process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  dist,
  signals: process,
  recordRun,
  recordAttached,
  createEngine: () => new EngineClient(new URL('engine-worker.js', dist)),
});
// Pipes are written asynchronously; what a library left open must not keep us.
await Promise.all(
  [process.stdout, process.stderr].map(
    (stream) =>
      new Promise<void>((resolve) => (stream.writable ? stream.write('', () => resolve()) : resolve())),
  ),
);
process.exit();
