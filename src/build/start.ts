/**
 * `npm start`: runs the sample agent, which leaks, under Heapline and says where it leaks.
 * `npm start -- sessions` picks another leak (history, tools, listeners, sessions, registry), `none` the sound one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundle } from './bundle.ts';
import { ROOT } from './run.ts';
import { bundleSample } from './sample.ts';

const LEAKS = ['history', 'tools', 'listeners', 'sessions', 'registry', 'none'];

/** What we print of `heapline-findings/1`. */
interface Findings {
  verdict: string;
  reasons: string[];
  findings: { title: string; storeSite?: { path?: string; url: string; line: number; column: number } }[];
}

const leak = process.argv[2] ?? 'history';
if (!LEAKS.includes(leak)) {
  console.error(`The sample has no leak "${leak}". It has: ${LEAKS.join(', ')}.`);
  process.exit(2);
}
console.log('Building...');
await bundle();
await bundleSample(join(ROOT, 'dist', 'sample-agent'));

const recording = join(ROOT, `sample-${leak}.heapline`);
const json = join(recording, 'verdict.json');
const html = join(recording, 'report.html');
rmSync(recording, { recursive: true, force: true });
console.log(`Running the sample agent under Heapline (LEAK=${leak})...`);
const command = ['node', join('dist', 'sample-agent', 'main.js')];
const options = ['--out', recording, '--json', json, '--html', html, '--step-on', '^step \\d+ done'];
const { status, signal } = spawnSync(
  process.execPath,
  [join('dist', 'cli.js'), 'run', ...options, '--', ...command],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, LEAK: leak } },
);
if (status !== 0 || !existsSync(json)) {
  console.error(`Heapline ended with ${signal ?? `code ${status}`} and left no verdict.`);
  process.exit(status || 1);
}
const { verdict, reasons, findings } = JSON.parse(readFileSync(json, 'utf8')) as Findings;
const site = findings[0]?.storeSite;
console.log(`\nVerdict: ${verdict}. ${findings[0]?.title ?? reasons[0] ?? ''}`);
if (site) {
  const path = site.path ? relative(ROOT, site.path) : site.url;
  console.log(`Stored at: ${path}:${site.line}:${site.column}`);
}
console.log(`Report: ${html}`);
