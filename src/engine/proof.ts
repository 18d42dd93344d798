/** What was watched in the running program, joined with what was found without it. */
import { formatCount } from '../base/units.ts';
import type { ContainerWatch, Finding, Site, WatchedSite } from '../protocol/findings.ts';
import type { WatchFacts } from '../protocol/recording.ts';
import { counted } from '../protocol/wording.ts';
import type { AnalysisSource } from './input-types.ts';
import type { OwnerSites } from './sites.ts';
import { containerWatch } from './watched-sites.ts';

/** Watches that are clear: many inserts, or some of which most come from one line. */
const MANY = 20;
const SOME = 5;
const MOST = 0.6;
/** Fewer confirm nothing. */
const FEWEST = 3;
/** Share of the inserts that were balanced by removals. */
const BALANCED = 0.8;
const MAX_OTHERS = 5;

/** The watches of a recording, by what they watched. */
export class Proofs {
  private constructor(private readonly watches: readonly { facts: WatchFacts; watch: ContainerWatch }[]) {}

  static async of({ events, scripts, recordingDir }: AnalysisSource): Promise<Proofs> {
    const watches: { facts: WatchFacts; watch: ContainerWatch }[] = [];
    for (const event of events) {
      if (event.type !== 'watch' || recordingDir === undefined) continue;
      watches.push({ facts: event, watch: await containerWatch(event, scripts, recordingDir) });
    }
    return new Proofs(watches);
  }

  /** Of the owner itself, else of one that bears the same name in every run: the last clear one, else what saw most. */
  find(owner: Finding['owner'], id: string): ContainerWatch | undefined {
    const itself = this.watches.filter(
      ({ facts }) => facts.nodeId === owner.nodeId && facts.className === owner.className,
    );
    const alike = this.watches.filter(({ facts }) => facts.finding === id);
    const seen = ({ inserts, unseen }: ContainerWatch): number => inserts + Math.max(0, unseen);
    const watches = (itself.length ? itself : alike).map(({ watch }) => watch);
    return (
      watches.findLast(isClear) ??
      watches.reduce<ContainerWatch | undefined>(
        (best, next) => (best && seen(best) >= seen(next) ? best : next),
        undefined,
      )
    );
  }
}

export interface Proven {
  sites: OwnerSites;
  /** 0 to 1: of the doubt that was left, how much remains. */
  doubt: number;
  reasons: string[];
}

/** What a watch says of the line that stores: it confirms it, or names another one, or leaves it open. */
export function withProof(sites: OwnerSites, proof: ContainerWatch): Proven {
  const balance = balanceOf(proof);
  const unchanged: Proven = { sites, doubt: 1, reasons: balance };
  const [top] = proof.sites;
  if (!top) return unchanged;
  const words = `proof: ${formatCount(top.count)} of ${counted(proof.inserts, 'insert')} came from here`;
  if (sites.storeSite && sameLine(sites.storeSite, top.site)) {
    if (knownInserts(proof) < FEWEST) return unchanged;
    const evidence = [words, sites.storeSite.evidence].filter(Boolean).join('; ');
    const storeSite = { ...sites.storeSite, evidence };
    return {
      sites: {
        ...sites,
        storeSite,
        userSite: userSite(top, storeSite) ?? sites.userSite,
      },
      // What was not seen to grow is no surer to leak.
      doubt: balance.length ? 1 : 0.5,
      reasons: ['The running program was seen to insert from this line.', ...balance],
    };
  }
  if (!isClear(proof)) return unchanged;
  const storeSite = { ...top.site, evidence: words };
  const others = [...(sites.storeSite ? [sites.storeSite] : []), ...sites.otherStoreSites];
  return {
    sites: {
      ...sites,
      storeSite,
      otherStoreSites: others.filter((site) => !sameLine(site, storeSite)).slice(0, MAX_OTHERS),
      userSite: userSite(top, storeSite) ?? sites.userSite,
    },
    doubt: 1,
    reasons: ['The line that stores was seen in the running program.', ...balance],
  };
}

function knownInserts({ sites }: ContainerWatch): number {
  return sites.reduce((sum, { count }) => sum + count, 0);
}

function isClear(watch: ContainerWatch): boolean {
  const known = knownInserts(watch);
  return known >= MANY || (known >= SOME && watch.sites[0].share >= MOST);
}

/** The first line in the user's own code that leads to the one that stores, or that one itself. */
function userSite({ user }: WatchedSite, storeSite: Site): Site | undefined {
  return user && sameLine(user, storeSite) ? storeSite : user;
}

function balanceOf({ inserts, removes, unseen, seconds }: ContainerWatch): string[] {
  const gone = removes + Math.max(0, -unseen);
  if (inserts < SOME || gone < BALANCED * inserts) return [];
  return [
    `While it was watched, for ${seconds} s, ${formatCount(gone)} of what it holds went as ${formatCount(inserts)} came: it did not grow then.`,
  ];
}

function sameLine(a: Site, b: Site): boolean {
  return a.line === b.line && (a.path ?? a.url) === (b.path ?? b.url);
}
