import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withProof } from '../../../src/engine/proof.ts';
import type { ContainerWatch, Site, WatchedSite } from '../../../src/protocol/findings.ts';
import { proofLine } from '../../../src/protocol/wording.ts';

const site = (line: number, file = '/app/memory.ts', more: Partial<Site> = {}): Site => ({
  url: `file://${file}`,
  path: file,
  line,
  column: 3,
  ...more,
});
const watched = (count: number, at: Site, user?: Site): WatchedSite => ({
  site: at,
  count,
  share: 0,
  stack: [at],
  ...(user && { user }),
});
/** Shares are of what is known. */
function watch(sites: WatchedSite[], more: Partial<ContainerWatch> = {}): ContainerWatch {
  const inserts = sites.reduce((sum, { count }) => sum + count, 0);
  return {
    inserts,
    removes: 0,
    unseen: 0,
    seconds: 10,
    end: 'time',
    sites: sites.map((one) => ({ ...one, share: one.count / inserts })),
    ...more,
  };
}
const found = (storeSite?: Site) => ({
  storeSite,
  otherStoreSites: [site(90), site(91)],
  allocationSites: [],
  userSite: storeSite,
});

it('confirms the line that was found: surer, and the evidence says so', () => {
  const store = site(14, undefined, { evidence: 'syntax: this.messages.push' });
  // V8 names the call, the search its beginning.
  const at = { ...site(14), column: 19 };
  const { sites, doubt, reasons } = withProof(found(store), watch([watched(48, at, at)]));
  assert.equal(sites.storeSite!.column, 3);
  assert.equal(
    sites.storeSite!.evidence,
    'proof: 48 of 48 inserts came from here; syntax: this.messages.push',
  );
  assert.deepEqual(sites.userSite, sites.storeSite);
  assert.ok(doubt < 1);
  assert.equal(reasons.length, 1);
  assert.deepEqual(sites.otherStoreSites, found().otherStoreSites);
});

it('puts another line in its place where the watch is clear, and only there', () => {
  const store = site(14);
  const cases: [WatchedSite[], number][] = [
    [[watched(20, site(30))], 30],
    [[watched(11, site(30)), watched(10, site(31))], 30],
    [[watched(3, site(30)), watched(2, site(31))], 30],
    [[watched(5, site(30)), watched(5, site(31))], 14],
    [[watched(4, site(30))], 14],
    [[watched(2, site(14))], 14],
    [[], 14],
  ];
  for (const [sites, line] of cases) {
    const proven = withProof(found(store), watch(sites));
    assert.equal(proven.sites.storeSite!.line, line, JSON.stringify(sites));
    const others = proven.sites.otherStoreSites.map((other) => other.line);
    assert.deepEqual(others, line === 14 ? [90, 91] : [14, 90, 91]);
    assert.equal(proven.doubt, 1);
  }
  // One of the others, seen at work, is listed once.
  const { sites } = withProof(found(store), watch([watched(30, site(91))]));
  assert.deepEqual([sites.storeSite!.line, ...sites.otherStoreSites.map(({ line }) => line)], [91, 14, 90]);
  assert.equal(withProof(found(), watch([watched(30, site(7))])).sites.storeSite!.line, 7);
});

it("names the user's line that leads to a package's", () => {
  const packaged = site(5, '/app/node_modules/lru/index.js');
  const user = site(40, '/app/tools.ts');
  for (const store of [packaged, site(14)]) {
    const { sites } = withProof(found(store), watch([watched(25, packaged, user)]));
    assert.equal(sites.storeSite!.path, packaged.path);
    assert.deepEqual(sites.userSite, user);
  }
  // Nobody of the user's on the stack: what was found before stays.
  const before = { ...found(packaged), userSite: user };
  assert.deepEqual(withProof(before, watch([watched(25, packaged)])).sites.userSite, user);
});

it('says where removals balance the inserts', () => {
  const says = (more: Partial<ContainerWatch>, sites = [watched(100, site(14))]): boolean =>
    withProof(found(site(14)), watch(sites, more)).reasons.some((reason) => /did not grow/.test(reason));
  assert.ok(says({ removes: 99 }));
  assert.ok(says({ removes: 0, unseen: -95 }));
  assert.ok(says({ inserts: 40, removes: 40 }, []));
  assert.ok(!says({ removes: 60 }));
  assert.ok(!says({ unseen: 30 }));
});

it('is told in one line', () => {
  const one = [watched(48, site(14))];
  const cases: [ContainerWatch, string][] = [
    [watch(one), '48 of 48 inserts watched came from memory.ts:14; nothing was removed'],
    [watch(one, { removes: 1 }), '48 of 48 inserts watched came from memory.ts:14; 1 was removed'],
    [
      watch(one, { inserts: 1500, unseen: -12, end: 'collected' }),
      '48 of 1,500 inserts watched came from memory.ts:14; 12 were removed; then the program let it go',
    ],
    [
      watch([], { inserts: 7 }),
      "7 inserts came while it was watched, from lines that can't be seen; nothing was removed",
    ],
    [watch([], { unseen: 9 }), "9 came in ways that can't be seen, such as by index; nothing was removed"],
    [watch([]), 'nothing was inserted while it was watched, for 10 s'],
  ];
  for (const [seen, text] of cases) assert.equal(proofLine(seen), text);
});
