/** The user's own line that leads to an owner. */
import type { Site } from '../protocol/findings.ts';
import { findCallSite } from '../source/call-sites.ts';
import { mentionsClass } from '../source/freeable.ts';
import { findHandover, type Handle } from '../source/handovers.ts';
import { packageName } from '../source/origins.ts';
import { findPackageCalls } from '../source/package-calls.ts';
import type { ScriptMap } from '../source/script-map.ts';
import type { StoreCandidate } from '../source/store-types.ts';
import type { SyntaxParser } from '../source/syntax.ts';
import { isUserCode } from '../source/user-code.ts';
import { chooseCall } from './chosen-call.ts';
import type { OwnerFacts } from './owner-facts.ts';
import type { Place } from './places.ts';
import { framePlace, isFrameOf, type LiveStack, type ProfileFrame, simpleName } from './profile.ts';

type MakeSite = (place: Place, extra?: { function?: string; evidence?: string }) => Promise<Site | undefined>;

export class UserSites {
  /** @param stacks of live samples born during the measured growth */
  constructor(
    private readonly map: ScriptMap,
    private readonly parser: SyntaxParser,
    private readonly stacks: readonly LiveStack[],
    private readonly site: MakeSite,
  ) {}

  /** @param store where a package stores it, if that was found */
  async find(facts: OwnerFacts, store?: StoreCandidate): Promise<Site | undefined> {
    const through = store ? this.throughFunction(store) : [];
    const known =
      store &&
      ((await this.imported(facts, store, through)) ??
        (await this.userFrame(through, 'leads to the storing code', true)));
    const led = known ?? (await this.handover(facts)) ?? (store && (await this.caller(store)));
    if (led) return led;
    const call = store && (await this.imported(facts, store));
    if (call) return call;
    // The nearest entry of the retaining path that is the user's own.
    for (const entry of [...facts.path].reverse()) {
      const site = entry.place && (await this.site(entry.place));
      if (site && isUserCode(site)) return { ...site, evidence: `path: \`${entry.name}\` holds it` };
    }
    for (const part of facts.partPlaces) {
      const site = await this.site(part.place);
      if (site && isUserCode(site)) return { ...site, evidence: 'closure: what it keeps is written here' };
    }
    return this.userFrame(this.stacks, 'most of the surviving bytes were made below it');
  }

  /** Stacks through the storing function itself, from there up. */
  private throughFunction({ scriptId, functionName }: StoreCandidate): LiveStack[] {
    return this.from((frame) => isFrameOf(frame, scriptId, functionName));
  }

  private from(isIt: (frame: ProfileFrame) => boolean): LiveStack[] {
    return this.stacks.flatMap(({ frames, bytes }) => {
      const at = frames.findIndex(isIt);
      return at < 0 ? [] : [{ frames: frames.slice(at), bytes }];
    });
  }

  /**
   * Where the user's code calls what it has from the storing package. Of stacks that come to the storing code through
   * another package: only where there is but one such call, which made what stores.
   */
  private async imported(
    facts: OwnerFacts,
    { scriptId, functionName }: StoreCandidate,
    through?: readonly LiveStack[],
  ): Promise<Site | undefined> {
    const url = this.map.byId(scriptId)?.url ?? '';
    const name = packageName(url);
    if (!name || (through && !isThroughAnother(through, name))) return undefined;
    const calls = await findPackageCalls(this.map, url, this.parser);
    if (through && (calls.length !== 1 || calls[0].made)) return undefined;
    const inPackage = this.stacks.flatMap(({ frames }) =>
      frames.flatMap((frame) => (packageName(frame.url) === name ? simpleName(frame.functionName) : [])),
    );
    const call = chooseCall(calls, {
      storing: simpleName(functionName ?? ''),
      classes: [facts.holder, ...facts.heldBy].flatMap(({ className }) => className ?? []),
      seen: inPackage,
    });
    return (
      call &&
      this.site(call, { evidence: `syntax: the call of \`${call.callee}\`, of the package that stores it` })
    );
  }

  /** Where the user's code hands on what holds the owner: `fetch(url, { signal: stop.signal })`. */
  private async handover(facts: OwnerFacts): Promise<Site | undefined> {
    const holders = [facts.holder, ...facts.heldBy];
    const called = new Set(
      this.stacks.flatMap(({ frames }) => {
        const at = frames.findIndex((frame) => isUserCode(frame));
        return at > 0 ? [simpleName(frames[at - 1].functionName)] : [];
      }),
    );
    for (const [at, { how, declaredAt }] of holders.entries()) {
      if (how !== 'variable' && how !== 'field') continue;
      // Of a variable that no function closes over, the snapshot does not tell the script.
      const scripts = declaredAt
        ? [this.map.byId(declaredAt.scriptId)]
        : how === 'variable'
          ? this.map.scripts
          : [];
      const names = holders
        .slice(0, at + 1)
        .flatMap(({ name }) => name || [])
        .reverse();
      const by = names.filter((name) => !name.startsWith('<')).join('.');
      for (const script of scripts) {
        if (!script || !isUserCode(script)) continue;
        const handle: Handle = { scriptId: Number(script.id), how, names };
        const found = await findHandover(this.map, handle, called, this.parser);
        if (found)
          return this.site(found, { evidence: `syntax: the call of \`${found.callee}\` with \`${by}\`` });
      }
    }
    return undefined;
  }

  /** The user's frame nearest to the storing function, on stacks that pass through its script. */
  private async caller(store: StoreCandidate): Promise<Site | undefined> {
    const through = this.from((frame) => Number(frame.scriptId) === store.scriptId);
    const makers = await this.makers(through, store);
    return this.userFrame(makers.length ? makers : through, 'leads to the storing code');
  }

  /** Of stacks into a class's script, those that enter it by a function that makes such objects. */
  private async makers(stacks: LiveStack[], store: StoreCandidate): Promise<LiveStack[]> {
    const className = /^class (\S+)$/.exec(store.text)?.[1];
    if (!className) return [];
    const found: LiveStack[] = [];
    for (const stack of stacks) {
      const user = stack.frames.findIndex((frame) => isUserCode(frame));
      const entered = stack.frames[user - 1];
      if (entered && (await mentionsClass(this.map, framePlace(entered), className, this.parser)))
        found.push(stack);
    }
    return found;
  }

  /**
   * The heaviest of the stacks' first frames in user code, at the line where it calls what is below it.
   * @param exactly only where that line is found
   */
  private async userFrame(
    stacks: readonly LiveStack[],
    why: string,
    exactly = false,
  ): Promise<Site | undefined> {
    const calls = new Map<string, { frame: ProfileFrame; callee?: ProfileFrame; bytes: number }>();
    for (const { frames, bytes } of stacks) {
      const at = frames.findIndex((frame) => isUserCode(frame));
      if (at < 0) continue;
      const frame = frames[at];
      const callee = frames[at - 1];
      const key = `${frame.scriptId}:${frame.lineNumber}:${frame.columnNumber}:${callee?.functionName}`;
      const entry = calls.get(key);
      if (entry) entry.bytes += bytes;
      else calls.set(key, { frame, callee, bytes });
    }
    const [top] = [...calls.values()].sort((a, b) => b.bytes - a.bytes);
    if (!top) return undefined;
    const place = framePlace(top.frame);
    const callee = top.callee && { name: top.callee.functionName, url: top.callee.url };
    const call = callee && (await findCallSite(this.map, place, callee, this.parser));
    if (!call && exactly) return undefined;
    const what = call ? (callee?.name ? `the call of \`${callee.name}\`` : 'a call') : 'this function';
    return this.site(call ?? place, {
      function: top.frame.functionName || undefined,
      evidence: `allocation: ${what}; ${why}`,
    });
  }
}

/** Whether the user's frames above the storing code call another package than its own. */
function isThroughAnother(stacks: readonly LiveStack[], name: string): boolean {
  const entered = stacks.flatMap(({ frames }) => {
    const at = frames.findIndex((frame) => isUserCode(frame));
    return at > 0 ? [packageName(frames[at - 1].url)] : [];
  });
  return entered.length > 0 && entered.every((one) => one !== name);
}
