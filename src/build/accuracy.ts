/** `npm run bench:accuracy [-- NAME...]`: how often Heapline is right, on the programs of test/bench/accuracy. */
import { bundle } from './bundle.ts';
import { run } from './run.ts';

await bundle();
run(process.execPath, ['--import', 'tsx', 'test/bench/accuracy/main.ts', ...process.argv.slice(2)]);
