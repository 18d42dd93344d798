import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type {
  ContainerWatch,
  Finding,
  FindingGrowth,
  FindingRule,
  Findings,
  MemoryParts,
  PassedBudget,
  PathEntry,
  ProcessFacts,
  ProcessRow,
  Site,
  SnapshotPoint,
  WatchedSite,
} from '../../../src/protocol/findings.ts';
import { bareReport, cleanReport, leakReport } from '../../support/report-data.ts';

interface ObjectSchema {
  required: string[];
  additionalProperties: boolean;
  properties: Record<string, Record<string, unknown>>;
}

const schema = JSON.parse(
  readFileSync(new URL('../../../src/protocol/findings.schema.json', import.meta.url), 'utf8'),
) as ObjectSchema & { $defs: Record<string, ObjectSchema> };

function validator(): ValidateFunction {
  return new Ajv2020({ strict: true, allErrors: true }).compile(schema);
}

/** The compiler refuses this table when the TypeScript type has another key, or another key is optional. */
type Shape<T> = { [K in keyof T]-?: undefined extends T[K] ? 'optional' : 'required' };

const site: Shape<Site> = {
  url: 'required',
  path: 'optional',
  line: 'required',
  column: 'required',
  function: 'optional',
  evidence: 'optional',
};
const pathEntry: Shape<PathEntry> = {
  edge: 'required',
  name: 'required',
  className: 'required',
  nodeId: 'required',
  site: 'optional',
};
const snapshotPoint: Shape<SnapshotPoint> = {
  snapshot: 'required',
  time: 'required',
  step: 'optional',
  bytes: 'required',
  objects: 'required',
};
const growth: Shape<FindingGrowth> = {
  bytes: 'required',
  objects: 'required',
  bytesPerStep: 'optional',
  objectsPerStep: 'optional',
  stepKind: 'optional',
  bytesPerSecond: 'optional',
  objectsPerSecond: 'optional',
  perSnapshot: 'required',
};
const finding: Shape<Finding> = {
  id: 'required',
  title: 'required',
  kind: 'required',
  confidence: 'required',
  reasons: 'required',
  owner: 'required',
  retainingPath: 'required',
  growth: 'required',
  gained: 'required',
  storeSite: 'optional',
  otherStoreSites: 'optional',
  allocationSites: 'required',
  userSite: 'optional',
  advice: 'required',
  rule: 'optional',
  proof: 'optional',
  processes: 'optional',
  ignored: 'optional',
};
const findings: Shape<Findings> = {
  format: 'required',
  engine: 'required',
  runtime: 'required',
  verdict: 'required',
  confidence: 'required',
  reasons: 'required',
  growth: 'required',
  findings: 'required',
  ignored: 'optional',
  processes: 'optional',
  memoryParts: 'optional',
  budgets: 'optional',
  notLeaks: 'optional',
};
const overall: Shape<Findings['growth']> = {
  bytes: 'required',
  bytesPerStep: 'optional',
  bytesPerSecond: 'optional',
  steps: 'optional',
  stepKind: 'optional',
  seconds: 'required',
  slopeConfidence: 'required',
};
const owner: Shape<Finding['owner']> = {
  className: 'required',
  name: 'required',
  nodeId: 'required',
  site: 'optional',
};
const gained: Shape<Finding['gained'][number]> = {
  className: 'required',
  objects: 'required',
  bytes: 'required',
};
const notLeak: Shape<NonNullable<Findings['notLeaks']>[number]> = {
  name: 'required',
  bytes: 'required',
  reason: 'required',
};
const passedBudget: Shape<PassedBudget> = {
  budget: 'required',
  level: 'required',
  value: 'required',
  limit: 'required',
  subject: 'optional',
  t: 'optional',
  times: 'required',
  back: 'optional',
  collected: 'optional',
};
const collected: Shape<NonNullable<PassedBudget['collected']>> = {
  heapBefore: 'required',
  heapAfter: 'required',
  rssBefore: 'required',
  rssAfter: 'required',
};
const rule: Shape<FindingRule> = { id: 'required', title: 'required' };
const ignored: Shape<NonNullable<Finding['ignored']>> = { reason: 'required', expires: 'optional' };
const containerWatch: Shape<ContainerWatch> = {
  inserts: 'required',
  removes: 'required',
  unseen: 'required',
  seconds: 'required',
  end: 'required',
  sites: 'required',
};
const watchedSite: Shape<WatchedSite> = {
  site: 'required',
  count: 'required',
  share: 'required',
  stack: 'required',
  user: 'optional',
};
const processes: Shape<ProcessFacts> = { notes: 'required', rows: 'required', more: 'optional' };
const process: Shape<ProcessRow> = {
  role: 'required',
  pid: 'required',
  thread: 'optional',
  ppid: 'optional',
  command: 'required',
  state: 'required',
  rpc: 'optional',
  started: 'required',
  step: 'optional',
  origin: 'optional',
  site: 'optional',
  bytes: 'optional',
};
const origin: Shape<NonNullable<ProcessRow['origin']>> = { kind: 'required', name: 'optional' };
const memoryParts: Shape<MemoryParts> = {
  ms: 'required',
  heap: 'required',
  buffers: 'required',
  external: 'required',
  native: 'required',
  nativePerMinute: 'optional',
  children: 'required',
};
const runtime: Shape<Findings['runtime']> = { name: 'required', version: 'required' };

test('the schema has the keys of the TypeScript types, and requires those that are not optional', () => {
  const items = (array: Record<string, unknown>): ObjectSchema => array.items as ObjectSchema;
  const inner = (key: string, of: ObjectSchema): ObjectSchema =>
    of.properties[key] as unknown as ObjectSchema;
  const { $defs } = schema;
  const pairs: [string, ObjectSchema, Record<string, string>][] = [
    ['findings', schema, findings],
    ['runtime', inner('runtime', schema), runtime],
    ['growth of all', inner('growth', schema), overall],
    ['notLeaks', items(schema.properties.notLeaks), notLeak],
    ['finding', $defs.finding, finding],
    ['owner', inner('owner', $defs.finding), owner],
    ['gained', items($defs.finding.properties.gained), gained],
    ['passedBudget', $defs.passedBudget, passedBudget],
    ['collected', inner('collected', $defs.passedBudget), collected],
    ['rule', inner('rule', $defs.finding), rule],
    ['ignored', inner('ignored', $defs.finding), ignored],
    ['containerWatch', $defs.containerWatch, containerWatch],
    ['watchedSite', $defs.watchedSite, watchedSite],
    ['processes', inner('processes', schema), processes],
    ['process', $defs.process, process],
    ['origin', inner('origin', $defs.process), origin],
    ['memoryParts', inner('memoryParts', schema), memoryParts],
    ['growth', $defs.growth, growth],
    ['site', $defs.site, site],
    ['pathEntry', $defs.pathEntry, pathEntry],
    ['snapshotPoint', $defs.snapshotPoint, snapshotPoint],
  ];
  for (const [name, object, shape] of pairs) {
    assert.deepEqual(Object.keys(object.properties).sort(), Object.keys(shape).sort(), `keys of ${name}`);
    const required = Object.keys(shape).filter((key) => shape[key] === 'required');
    assert.deepEqual([...object.required].sort(), required.sort(), `required keys of ${name}`);
    assert.equal(object.additionalProperties, false, `${name} is closed`);
  }
  const objects = JSON.stringify(schema).match(/"type":"object"/g);
  assert.equal(objects?.length, pairs.length, 'every object of the schema is compared');
});

test('verdicts and kinds are those of the types', () => {
  const verdicts: Record<Findings['verdict'], true> = { leak: true, 'no-leak': true, inconclusive: true };
  const kinds: Record<Finding['kind'], true> = {
    map: true,
    set: true,
    array: true,
    dictionary: true,
    listeners: true,
    'linked-list': true,
    'promise-chain': true,
    timers: true,
    closure: true,
    object: true,
    'external-memory': true,
    processes: true,
    string: true,
    unknown: true,
  };
  assert.deepEqual(schema.properties.verdict.enum, Object.keys(verdicts));
  assert.deepEqual(schema.$defs.finding.properties.kind.enum, Object.keys(kinds));
});

for (const make of [leakReport, cleanReport, bareReport]) {
  test(`findings of ${make.name} are valid`, () => {
    const validate = validator();
    const written: unknown = JSON.parse(JSON.stringify(make().findings));
    assert.ok(validate(written), JSON.stringify(validate.errors));
  });
}

const WRONG: [string, (findings: Findings) => unknown, RegExp][] = [
  ['another format', (f) => ({ ...f, format: 'heapline-findings/2' }), /format/],
  ['an unknown verdict', (f) => ({ ...f, verdict: 'maybe' }), /verdict/],
  ['no growth', ({ growth: _, ...f }) => f, /growth/],
  ['a field too many', (f) => ({ ...f, secret: 1 }), /additional/],
  ['a confidence of 97', (f) => ({ ...f, confidence: 97 }), /confidence/],
  [
    'a line counted from 0',
    (f) => change(f, { storeSite: { url: 'file:///a.js', line: 0, column: 1 } }),
    /storeSite\/line/,
  ],
  ['a site without url', (f) => change(f, { userSite: { line: 1, column: 1 } }), /userSite/],
  ['a finding of no kind', (f) => change(f, { kind: 'leaky' }), /kind/],
  ['a path of strings', (f) => change(f, { retainingPath: ['session', 'agent'] }), /retainingPath/],
  [
    'rates in words',
    (f) => change(f, { growth: { bytes: 1, objects: 1, bytesPerStep: '1 MB', perSnapshot: [] } }),
    /bytesPerStep/,
  ],
  [
    'a point without objects',
    (f) => change(f, { growth: { bytes: 1, objects: 1, perSnapshot: [{ snapshot: 1, time: 0, bytes: 1 }] } }),
    /perSnapshot/,
  ],
  ['not an object', () => [], /object/],
];

function change(findings: Findings, part: Record<string, unknown>): unknown {
  return { ...findings, findings: [{ ...findings.findings[0], ...part }] };
}

for (const [what, make, where] of WRONG) {
  test(`${what} is refused`, () => {
    const validate = validator();
    assert.equal(validate(make(leakReport().findings)), false);
    assert.match(JSON.stringify(validate.errors), where);
  });
}
