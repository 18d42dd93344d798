/** Runs of the sample agent under the built command line, and what must come of them. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { bundleSample } from '../../src/build/sample.ts';
import type { Findings } from '../../src/protocol/findings.ts';
import { LEAKS, type Leak } from '../agents/settings.ts';
import { heapline, PROJECT } from './heapline.ts';
import { type NodeMajor, nodeBinary } from './nodes.ts';

const AGENTS = join(PROJECT, 'test', 'agents');
const STEP_ON = ['--step-on', '^step \\d+ done'];

/** Where the sample's source stores what a leak keeps: the line marked `// leak:NAME`. */
export async function markedLine(leak: Leak): Promise<{ path: string; line: number }> {
  for (const name of await readdir(AGENTS)) {
    if (!name.endsWith('.ts')) continue;
    const path = join(AGENTS, name);
    const index = (await readFile(path, 'utf8'))
      .split('\n')
      .findIndex((text) => text.trimEnd().endsWith(`// leak:${leak}`));
    if (index >= 0) return { path, line: index + 1 };
  }
  throw new Error(`No line of the sample is marked leak:${leak}`);
}

export interface SampleRun {
  leak: Leak;
  /** Runs Heapline. */
  node: string;
  /** What Heapline runs. */
  command: string[];
  options?: string[];
  /** An empty folder for what comes of it. */
  folder: string;
}

/** Runs the sample under Heapline and reads the verdict; it keeps to the contract's schema. */
export async function recordSample(run: SampleRun): Promise<Findings> {
  const json = join(run.folder, 'out.json');
  const words = ['--out', join(run.folder, 'rec.heapline'), '--json', json, ...(run.options ?? [])];
  const result = await heapline(['run', ...words, '--', ...run.command], {
    node: run.node,
    cwd: run.folder,
    env: { LEAK: run.leak, STEPS: '160', PACE_MS: '15' },
  });
  assert.equal(result.code, 0, `${result.stdout.slice(-2000)}\n${result.stderr.slice(-2000)}`);
  const findings = JSON.parse(await readFile(json, 'utf8')) as Findings;
  const schema = await readFile(join(PROJECT, 'src', 'protocol', 'findings.schema.json'), 'utf8');
  const valid = new Ajv2020({ strict: false }).compile(JSON.parse(schema));
  assert.ok(valid(findings), JSON.stringify(valid.errors));
  return findings;
}

/** The leak is found, first, at its marked line; or, of the sound sample, there is none. */
export async function assertVerdict(leak: Leak, findings: Findings): Promise<void> {
  const shown = JSON.stringify(
    {
      ...findings,
      findings: findings.findings.map((finding) => ({ ...finding, growth: undefined, advice: undefined })),
    },
    null,
    1,
  );
  if (leak === 'none') {
    assert.equal(findings.verdict, 'no-leak', shown);
    return;
  }
  assert.equal(findings.verdict, 'leak', shown);
  const { path, line } = findings.findings[0].storeSite ?? {};
  assert.deepEqual({ path, line }, await markedLine(leak), shown);
  assert.equal(findings.findings[0].rule?.id, RULE_OF[leak], shown);
}

const RULE_OF: Record<Exclude<Leak, 'none'>, string> = {
  history: 'conversation-history',
  tools: 'tool-instances',
  listeners: 'listeners',
  sessions: 'open-sessions',
  registry: 'agent-registry',
};

/** Each leak, and none, on one version of Node, with steps; those of `alsoWithout` without them, too. */
export function describeSamples(major: NodeMajor, alsoWithout: readonly Leak[]): void {
  describe(`sample agent on Node ${major}`, () => {
    let node: string;
    let folder: string;

    before(async () => {
      node = await nodeBinary(major);
      folder = await mkdtemp(join(tmpdir(), 'heapline-sample-'));
      await bundleSample(join(folder, 'agent'));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    for (const leak of LEAKS) {
      for (const options of alsoWithout.includes(leak) ? [STEP_ON, []] : [STEP_ON]) {
        it(`LEAK=${leak}, ${options.length ? 'with steps' : 'without steps'}`, async () => {
          const own = await mkdtemp(join(folder, 'run-'));
          const command = [node, join(folder, 'agent', 'main.js')];
          const findings = await recordSample({ leak, node, command, options, folder: own });
          await assertVerdict(leak, findings);
          if (options.length) assert.equal(findings.growth.steps !== undefined, true);
          await rm(own, { recursive: true });
        });
      }
    }
  });
}
