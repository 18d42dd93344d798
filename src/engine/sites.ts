/** The source lines of an owner: who stores into it, who allocates, and the user's own line that leads there. */
import type { Site } from '../protocol/findings.ts';
import { findFreeable } from '../source/freeable.ts';
import { findRegistrationSites } from '../source/registration-sites.ts';
import type { ScriptMap } from '../source/script-map.ts';
import { findStoreSites } from '../source/store-sites.ts';
import type { HeldName, StoreCandidate, StoreQuery } from '../source/store-types.ts';
import type { SyntaxParser } from '../source/syntax.ts';
import { isUserCode } from '../source/user-code.ts';
import type { Holder } from './holders.ts';
import type { IdleFunctions } from './idle-functions.ts';
import { withOriginalNames } from './original-names.ts';
import type { OwnerFacts } from './owner-facts.ts';
import type { PartPlace } from './part-places.ts';
import { type Place, placeKey } from './places.ts';
import {
  bytesByFrame,
  callersOf,
  framePlace,
  isFrameOf,
  type LiveStack,
  type ProfileFrame,
  stacksAround,
} from './profile.ts';
import { UserSites } from './user-sites.ts';

export interface OwnerSites {
  ownerSite?: Site;
  storeSite?: Site;
  otherStoreSites: Site[];
  allocationSites: Site[];
  userSite?: Site;
}

/** Candidates below this share of the best one's score are not shown. */
const CLOSE_ENOUGH = 0.5;
const MAX_OTHERS = 5;

export class SiteFinder {
  private readonly users: UserSites;

  /** @param stacks of live samples born during the measured growth */
  constructor(
    private readonly map: ScriptMap,
    private readonly parser: SyntaxParser,
    private readonly stacks: readonly LiveStack[],
    private readonly idle?: IdleFunctions,
  ) {
    this.users = new UserSites(map, parser, stacks, (place, extra) => this.site(place, extra));
  }

  /** The facts with names as they were written. Sites are looked up by those that run. */
  named(facts: OwnerFacts): Promise<OwnerFacts> {
    return withOriginalNames(facts, this.map, this.parser);
  }

  async sitesOf(facts: OwnerFacts): Promise<OwnerSites> {
    const candidates = await this.storeCandidates(facts);
    const best = candidates[0];
    const storeSite = best && (await this.siteOf(best));
    const others = candidates.slice(1).filter((other) => other.score >= CLOSE_ENOUGH * best.score);
    const otherStoreSites = await this.defined(
      others.slice(0, MAX_OTHERS).map((other) => this.siteOf(other)),
    );
    const allocationSites = await this.allocationSites(facts, best);
    const ownerPlace = facts.place ?? facts.holder.declaredAt;
    return {
      ownerSite: ownerPlace && (await this.site(ownerPlace, { evidence: 'class: where it is declared' })),
      storeSite,
      otherStoreSites,
      allocationSites,
      userSite: await this.userSite(facts, storeSite, best),
    };
  }

  /** A 0-based place as a site. */
  site(place: Place, extra: { function?: string; evidence?: string } = {}): Promise<Site | undefined> {
    return this.map.site(place.scriptId, place.line0, place.column0, extra);
  }

  private async storeCandidates(facts: OwnerFacts): Promise<StoreCandidate[]> {
    const functions = facts.partPlaces.filter((part) => part.isFunction && this.isScript(part.place));
    if (facts.kind === 'external-memory') {
      const freeable = await this.freeable(facts);
      if (freeable.length) return freeable;
    }
    const registered = isCallbackKind(facts.kind);
    const found: StoreCandidate[] = [];
    const { registrar } = facts;
    if (registrar && this.isScript(registrar)) {
      // Not Node's own emitter: the package's lines are there to be read.
      const stores = await findStoreSites(this.map, this.query(facts), this.parser);
      found.push(...stores.filter(({ scriptId }) => scriptId === registrar.scriptId));
    }
    if (registered && !found.length) found.push(...(await this.registrations(functions, facts)));
    if (!found.length) found.push(...(await findStoreSites(this.map, this.query(facts), this.parser)));
    if (!found.length && !registered) found.push(...(await this.registrations(functions.slice(0, 3), facts)));
    return distinct(found);
  }

  /**
   * Classes that hold memory outside the heap, in the scripts that hold the growing buffer; where the way to it does
   * not tell those, in the scripts that put it there, and in those that were seen calling WebAssembly.
   */
  private async freeable(facts: OwnerFacts): Promise<StoreCandidate[]> {
    const named = facts.path.flatMap(
      ({ name }) => this.map.atUrl(name) ?? this.map.atUrl(`file://${name}`) ?? [],
    );
    const places = [facts.holder, ...facts.heldBy].flatMap(({ declaredAt }) => declaredAt ?? []);
    const scripts = new Set([
      ...named.map(({ id }) => Number(id)),
      ...places.map(({ scriptId }) => scriptId),
    ]);
    const found = await this.freeableIn(scripts);
    if (found.length) return found;
    const callers = this.stacks.flatMap(({ frames }) =>
      frames
        .slice(1)
        .flatMap((frame, i) => (isWasm(frames[i]) && !isWasm(frame) ? Number(frame.scriptId) : [])),
    );
    const stores = await findStoreSites(this.map, this.query(facts), this.parser);
    return this.freeableIn(new Set([...stores.map(({ scriptId }) => scriptId), ...callers]));
  }

  private async freeableIn(scripts: ReadonlySet<number>): Promise<StoreCandidate[]> {
    const found: StoreCandidate[] = [];
    for (const scriptId of scripts) {
      if (this.isScript({ scriptId })) found.push(...(await findFreeable(this.map, scriptId, this.parser)));
    }
    return found.sort((a, b) => b.score - a.score);
  }

  /** Where the callbacks were registered: nearest to the container and commonest first. */
  private async registrations(
    functions: readonly PartPlace[],
    { events, kind }: OwnerFacts,
  ): Promise<StoreCandidate[]> {
    const found: StoreCandidate[] = [];
    const most = Math.max(1, ...functions.map((part) => part.count));
    for (const part of functions.slice(0, 8)) {
      const weight = (part.count / most) * 0.8 ** part.depth;
      for (const candidate of await findRegistrationSites(this.map, part.place, this.parser)) {
        // What listens to an event that the emitter has nobody for listens to another: `source.on('data', f)` in a pipe.
        const elsewhere = candidate.event !== undefined && events && !events.includes(candidate.event);
        // One function may be given to a timer here and to an emitter there.
        const otherwise = isCallbackKind(kind) && (candidate.timer ?? false) !== (kind === 'timers');
        const fits = elsewhere || otherwise ? 0.4 : 1;
        found.push({ ...candidate, score: candidate.score * weight * fits });
      }
    }
    return found.sort((a, b) => b.score - a.score);
  }

  private query(facts: OwnerFacts): StoreQuery {
    const near = facts.partPlaces.filter((part) => this.isScript(part.place)).map((part) => part.place);
    const held = (one: Holder): HeldName => ({
      holder: one.how,
      name: one.name,
      className: one.className,
      baseNames: one.baseNames,
      declaredAt: one.declaredAt && this.isScript(one.declaredAt) ? one.declaredAt : undefined,
    });
    const onPath = facts.path.map((entry) => entry.place).filter((place) => place && this.isScript(place));
    return {
      ...held(facts.holder),
      container: CONTAINERS[facts.kind] ?? 'unknown',
      isIdle: (at) => this.idle?.has(at) ?? false,
      isUnseen: (at) => this.idle?.isUnseen(at) ?? false,
      heldBy: facts.heldBy.map(held),
      gainedAt: near.slice(0, 12),
      gainedClasses: facts.gained.map((group) => group.className).slice(0, 12),
      frames: bytesByFrame(this.stacks)
        .filter((frame) => this.isScript({ scriptId: Number(frame.scriptId) }))
        .slice(0, 40)
        .map((frame) => ({
          scriptId: Number(frame.scriptId),
          line0: frame.lineNumber,
          column0: frame.columnNumber,
          functionName: frame.functionName,
          bytes: frame.bytes,
        })),
      makers: callersOf(
        this.stacks,
        facts.gained.map((group) => group.className),
      ),
      scripts: [...new Set(onPath.map((place) => place!.scriptId))].reverse(),
    };
  }

  private siteOf(candidate: StoreCandidate): Promise<Site | undefined> {
    const evidence = `syntax: ${candidate.evidence}`;
    return this.site(candidate, { function: candidate.functionName, evidence });
  }

  /** The functions nearest to the leaves of the live stacks that are not Node's own: of those around the store. */
  private async allocationSites(facts: OwnerFacts, store?: StoreCandidate): Promise<Site[]> {
    const leaves = new Map<string, { frame: ProfileFrame; bytes: number }>();
    let total = 0;
    const isStore = (frame: ProfileFrame) =>
      store !== undefined && isFrameOf(frame, store.scriptId, store.functionName);
    const stacks = stacksAround(this.stacks, isStore);
    const all = stacks.length === this.stacks.length;
    for (const { frames, bytes } of stacks) {
      total += bytes;
      const frame = frames.find((one) => one.url && !one.url.startsWith('node:'));
      if (!frame) continue;
      const key = `${frame.scriptId}:${frame.lineNumber}:${frame.columnNumber}`;
      const entry = leaves.get(key);
      if (entry) entry.bytes += bytes;
      else leaves.set(key, { frame, bytes });
    }
    const top = [...leaves.values()].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
    const sites = await this.defined(
      top.map(({ frame, bytes }) =>
        this.site(framePlace(frame), {
          function: frame.functionName || undefined,
          evidence: `allocation: ${Math.round((100 * bytes) / total)} % of the sampled bytes that survived${all ? '' : ' around the storing function'} were made in this function`,
        }),
      ),
    );
    if (sites.length) return sites;
    const classes = facts.gained.flatMap((group) => group.places.slice(0, 1));
    return this.defined(
      classes.slice(0, 3).map((place) => this.site(place, { evidence: 'class of what it gained' })),
    );
  }

  private async userSite(
    facts: OwnerFacts,
    store: Site | undefined,
    best?: StoreCandidate,
  ): Promise<Site | undefined> {
    if (store && isUserCode(store)) return store;
    if (facts.registrar && store) {
      const functions = facts.partPlaces.filter((part) => part.isFunction && this.isScript(part.place));
      const [registration] = await this.registrations(functions, facts);
      const site = registration && (await this.siteOf(registration));
      if (site && isUserCode(site)) return site;
    }
    return this.users.find(facts, best);
  }

  /** Whether the place is in a script that has a source to read: not Node's own. */
  private isScript(place: { scriptId: number }): boolean {
    const entry = this.map.byId(place.scriptId);
    return entry !== undefined && entry.url !== '' && !/^(node|internal|wasm):/.test(entry.url);
  }

  private async defined(sites: Promise<Site | undefined>[]): Promise<Site[]> {
    return (await Promise.all(sites)).filter((site) => site !== undefined);
  }
}

const CONTAINERS: Partial<Record<OwnerFacts['kind'], StoreQuery['container']>> = {
  map: 'map',
  set: 'set',
  array: 'array',
  dictionary: 'dictionary',
  listeners: 'listeners',
  'promise-chain': 'promise',
};

function isWasm({ url }: ProfileFrame): boolean {
  return url.startsWith('wasm:');
}

function isCallbackKind(kind: OwnerFacts['kind']): boolean {
  return kind === 'listeners' || kind === 'timers';
}

/** One candidate per line and column, the best kept. */
function distinct(candidates: StoreCandidate[]): StoreCandidate[] {
  const seen = new Set<string>();
  return candidates.filter((one) => {
    const key = placeKey(one);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
