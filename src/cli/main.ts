/** The entry of the command `heapline`: joins the process to the logic. */
import { recordAttached } from '../capture/attach.ts';
import { recordRun } from '../capture/run.ts';
import { EngineClient } from '../engine/client.ts';
import { runCli } from './cli.ts';
import { fileError } from './io.ts';
import { tellError } from './tell.ts';

// chrome-remote-interface calls url.parse, about which Node 24 warns our users; they can do nothing about it.
process.noDeprecation = true;

const end = (error: unknown): void => process.exit(tellError(process, error));
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that went away (`heapline classes FILE | head`) is no failure; what was to be done is still done.
  if (error.code !== 'EPIPE') end(fileError(error, 'write', 'standard output'));
});
// Nowhere is left to tell it.
process.stderr.on('error', () => {});
process.on('uncaughtException', end);

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
