/** The model in a process of its own, so that what it costs is not the agent's. */
import { startModel } from './model.mjs';

console.log(await startModel({ delayMs: Number(process.argv[2]) }));
process.stdin.on('end', () => process.exit(0)).resume();
