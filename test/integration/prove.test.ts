/** `--prove` on real programs: the line that stores, seen at work, and what becomes of the verdict. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { build } from 'esbuild';
import type { Findings, Site } from '../../src/protocol/findings.ts';
import { heapline, PROJECT } from '../support/heapline.ts';
import { nodeBinary } from '../support/nodes.ts';
import { Programs } from '../support/programs.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heapline-prove-')));
const programs = new Programs();
after(async () => {
  await programs.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** Works until it is told to end. */
const WORK = (turn: string): string => `
let n = 0;
setInterval(() => { for (let i = 0; i < 10; i++) ${turn}(n++); }, 10);
`;

function put(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** The line of a file that ends with a mark: `// here`. */
function marked(file: string, mark: string): string {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((text) => text.trimEnd().endsWith(`// ${mark}`));
  assert.ok(line >= 0, mark);
  return `${file}:${line + 1}`;
}

const at = (site: Site | undefined): string | undefined => site && `${site.path ?? site.url}:${site.line}`;

interface Proved {
  findings: Findings;
  stdout: string;
  stderr: string;
  dir: string;
}

let runs = 0;

/** Records with `--prove` until so many were watched. */
async function prove(argv: string[], watched = 1, command = 'run'): Promise<Proved> {
  const dir = `rec-${++runs}.heapline`;
  const json = `out-${runs}.json`;
  const result = await heapline([command, '--prove', '--out', dir, '--json', json, ...argv], {
    cwd: folder,
    started(child) {
      let text = '';
      child.stderr!.on('data', (piece) => {
        const before = text.split(/: Watched /).length;
        text += piece;
        const now = text.split(/: Watched /).length;
        if (before <= watched && now > watched) child.kill('SIGINT');
      });
    },
  });
  const shown = result.stderr.slice(-3000);
  let findings: Findings;
  try {
    findings = JSON.parse(readFileSync(join(folder, json), 'utf8'));
  } catch {
    throw new Error(shown);
  }
  assert.equal(findings.verdict, 'leak', shown);
  return { ...result, findings, dir };
}

/** Stores where no search by names would look first. */
const MEMORY_TS = `
interface Message { text: string; tokens: number[] }
type Keep = <T>(into: T[], one: T) => void;
const helpers: Record<string, Keep> = {
  keep(into, one) {
    into.push(one); // stores
  },
};
export class Memory {
  private readonly history: Message[] = [];
  load(saved: Message[]): void {
    for (const one of saved) this.history.push(one);
  }
  add(text: string): void {
    helpers['keep'](this.history, { text, tokens: new Array(20).fill(text.length) });
  }
}
`;
const MAIN_TS = `
import { Memory } from './memory.ts';
const memory = new Memory();
function turn(n: number): void {
  memory.add('message ' + n);
}
(globalThis as { memory?: Memory }).memory = memory;
memory.load([]);
${WORK('turn')}`;

describe('a line that only the running program tells', () => {
  it('in TypeScript that tsx runs; the recording tells it again', async () => {
    const source = put('ts/memory.ts', MEMORY_TS);
    const main = put('ts/main.ts', MAIN_TS);
    const tsx = join(PROJECT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
    const { findings, stderr, dir } = await prove(['--', process.execPath, tsx, main]);
    const [first] = findings.findings;
    const stores = marked(source, 'stores');
    assert.equal(at(first.storeSite), stores);
    assert.match(first.storeSite!.evidence!, /^proof: (\S+) of \1 inserts came from here$/);
    assert.equal(at(first.userSite), stores);
    assert.match(first.title, /Pushed at memory\.ts:6\./);
    assert.ok(first.otherStoreSites!.every((site) => at(site) !== stores));
    const { inserts, removes, sites } = first.proof!;
    assert.ok(inserts > 0 && removes === 0 && sites.length === 1);
    assert.match(stderr, /proof +(\S+) of \1 inserts watched came from memory\.ts:6; nothing was removed/);

    const again = await heapline(['open', dir, '--json=-'], { cwd: folder });
    assert.deepEqual(JSON.parse(again.stdout), findings);
    for (const format of ['markdown', 'html', 'text']) {
      const { stdout } = await heapline(['report', dir, '--format', format], { cwd: folder });
      assert.match(
        stdout,
        format === 'html' ? /"proof":\{"inserts":/ : /inserts\s+watched\s+came\s+from\s+memory\.ts:6/,
      );
    }
  });

  it('in a bundle with a source map, and the line in the code of the user where a package stores', async () => {
    const pack = put(
      'bundled/node_modules/little-cache/index.js',
      `export class Cache {
  #entries = new Map();
  warm(entries) { for (const [key, value] of entries) this.#entries.set(key, value); }
  remember(key, make) {
    const put = (into) => {
      into.set(key, make()); // stores
    };
    put(this.#entries);
  }
}
`,
    );
    put(
      'bundled/node_modules/little-cache/package.json',
      '{ "name": "little-cache", "type": "module", "main": "index.js" }',
    );
    const tools = put(
      'bundled/src/tools.ts',
      `import { Cache } from 'little-cache';
const cache: Cache = new Cache();
export function toolFor(n: number): void {
  const schema = { n, fields: new Array<number>(20).fill(n) };
  cache.remember('tool ' + n, () => schema); // user
}
(globalThis as { cache?: Cache }).cache = cache;
`,
    );
    const main = put('bundled/src/main.ts', `import { toolFor } from './tools.ts';\n${WORK('toolFor')}`);
    const outfile = join(folder, 'bundled/dist/main.mjs');
    await build({
      entryPoints: [main],
      outfile,
      bundle: true,
      format: 'esm',
      sourcemap: true,
      logLevel: 'silent',
    });
    const { findings } = await prove(['--', process.execPath, outfile]);
    const [first] = findings.findings;
    assert.equal(at(first.storeSite), marked(pack, 'stores'));
    assert.equal(at(first.userSite), marked(tools, 'user'));
    assert.equal(first.proof!.removes, 0);
    assert.equal(at(first.proof!.sites[0].user), marked(tools, 'user'));
  });
});

for (const major of [20, 24] as const) {
  it(`Node ${major}: listeners, a signal and a dictionary, of which the line is confirmed or left`, async () => {
    const file = put(
      `agent-${major}.cjs`,
      `
const { EventEmitter, setMaxListeners } = require('node:events');
const controller = new AbortController();
setMaxListeners(0, controller.signal);
class Bus extends EventEmitter {}
class Sessions { byId = {}; }
const agent = { bus: new Bus().setMaxListeners(0), controller, sessions: new Sessions() };
globalThis.agent = agent;
const payload = (n) => new Array(30).fill(n);
function hear(n) {
  const kept = payload(n);
  agent.bus.once('reply ' + n, () => kept); // once
}
function wait(n) {
  const kept = payload(n);
  agent.controller.signal.addEventListener('abort', () => kept); // signal
}
function open(n) {
  agent.sessions.byId['session ' + n] = { n, kept: payload(n) }; // dictionary
}
function turn(n) { hear(n); wait(n); open(n); }
${WORK('turn')}`,
    );
    const { findings } = await prove(['--', await nodeBinary(major), file], 3);
    const told = Object.fromEntries(
      findings.findings.map(({ kind, owner, storeSite, proof }) => [
        `${kind} ${owner.className}`,
        [
          at(storeSite),
          proof && [proof.inserts > 0, proof.removes, proof.unseen, proof.sites.map(({ site }) => at(site))],
        ],
      ]),
    );
    const seen = (mark: string, lines = [marked(file, mark)]) => [marked(file, mark), [true, 0, 0, lines]];
    assert.deepEqual(told, {
      'listeners Bus': seen('once'),
      [Object.keys(told).find((name) => /^listeners (EventTarget|AbortSignal)$/.test(name))!]: seen('signal'),
      'dictionary Object': seen('dictionary', []),
    });
    const confirmed = findings.findings.filter(({ kind }) => kind === 'listeners');
    for (const { storeSite, confidence } of confirmed) {
      assert.match(storeSite!.evidence!, /^proof: \S+ of \S+ inserts came from here; syntax: /);
      const [other] = findings.findings.filter(({ kind }) => kind === 'dictionary');
      assert.ok(confidence > other.confidence);
    }
  });
}

it('a program that runs already, and goes on as it was', async () => {
  const source = `
const history = [];
globalThis.agent = { history };
function add(n) {
  history.push({ n, tokens: new Array(20).fill(n) });
}
${WORK('add')}
process.stdin.on('end', () => process.exit(0)).resume();
`;
  const program = await programs.start('running', source);
  const address = /ws:\/\/([^/]+)\//.exec(program.inspector)![1];
  const { findings } = await prove([address], 1, 'attach');
  const [first] = findings.findings;
  assert.equal(
    first.storeSite!.line,
    source.split('\n').findIndex((line) => line.includes('history.push')) + 1,
  );
  assert.ok(first.proof!.inserts > 0);
  assert.equal(program.child.exitCode, null);
});

for (const [how, end] of [
  ['comes to its end', 'clearInterval(work)'],
  ['exits', 'process.exit(0)'],
  ['dies', "process.kill(process.pid, 'SIGKILL')"],
]) {
  it(`a program that ${how} while it is watched: what was seen by then`, async () => {
    const file = put(
      `ends-${end.slice(0, 5)}.cjs`,
      `
const history = [];
globalThis.agent = { history };
let n = 0;
let watched = 0;
const work = setInterval(() => {
  for (let i = 0; i < 3; i++) history.push({ n: n++, tokens: new Array(60).fill(n) });
  if (Object.hasOwn(history, 'push') && ++watched === 80) ${end};
}, 10);
`,
    );
    const { findings, stderr } = await prove(['--', process.execPath, file], Number.POSITIVE_INFINITY);
    const [{ proof, storeSite }] = findings.findings;
    assert.equal(proof!.end, end.includes('kill') ? 'target-gone' : 'stopped', stderr);
    assert.ok(proof!.inserts > 0 && proof!.inserts <= 240);
    assert.equal(storeSite!.line, 7);
    assert.match(storeSite!.evidence!, /^proof: /);
  });
}

it('a program that ends before anything could be watched is judged as ever', async () => {
  const file = put(
    'short.mjs',
    `import { setTimeout as sleep } from 'node:timers/promises';
const kept = [];
globalThis.kept = kept;
for (let n = 0; n < 8; n++) {
  for (let i = 0; i < 300; i++) kept.push({ n, i, tokens: new Array(20).fill(n) });
  await sleep(60);
}
process.exitCode = 3;
`,
  );
  const argv = ['run', '--prove', '--every', '1h', '--out', 'short.heapline', '--', process.execPath, file];
  const { code, stderr } = await heapline(argv, { cwd: folder });
  assert.equal(code, 3);
  assert.match(stderr, /Nothing was watched: the program ended before anything was seen to leak\./);
});
