import { bindingsOf, isFunction } from './bindings.ts';
import { ContainerFlow } from './container-flow.ts';
import {
  declaration,
  fieldRefs,
  globalRefs,
  refsOfBinding,
  selfRefs,
  symbolName,
  variableBindings,
} from './container-seeds.ts';
import { callOf, memberUses } from './members.ts';
import { exportedCallable, exportedNames, importSource, importUses, mayResolve } from './modules.ts';
import { listenerCandidates } from './registration-sites.ts';
import type { ScriptMap } from './script-map.ts';
import { StoreScore } from './store-score.ts';
import type { HeldName, Ref, StoreCandidate, StoreQuery } from './store-types.ts';
import { isFresh } from './stored-values.ts';
import type { SyntaxFile, SyntaxParser } from './syntax.ts';
import { isInstalled, isUserCode } from './user-code.ts';
import { allStores } from './value-search.ts';

export type { StoreCandidate, StoreQuery } from './store-types.ts';

const MAX_FILES = 60;
/** No further file is parsed once this much text was, in UTF-16 units. */
const MAX_TEXT = 6e6;
const MAX_CANDIDATES = 20;
const MIN_SCORE = 0.05;
/** From here on a name led to the container. */
const SURE = 0.3;

/**
 * The places in the running JavaScript that put something into a container, best first. Found by the container's
 * name and followed through aliases, parameters, returned values and imports; judged by what was gained.
 * Empty where the sources are missing or nothing stores under that name.
 */
export function findStoreSites(
  map: ScriptMap,
  query: StoreQuery,
  parser: SyntaxParser,
): Promise<StoreCandidate[]> {
  return parser.search(() => new StoreSearch(map, query, parser).run());
}

class StoreSearch {
  private readonly flow = new ContainerFlow();
  private readonly ids: string[];
  /** The scripts that the snapshot and the profile point at, and a few more. */
  private readonly near: string[];
  private parsedText = 0;
  private readonly parsed = new Map<string, SyntaxFile | undefined>();

  constructor(
    private readonly map: ScriptMap,
    private readonly query: StoreQuery,
    private readonly parser: SyntaxParser,
  ) {
    const ids = [query.declaredAt, ...query.gainedAt, ...query.frames].map((at) => at?.scriptId);
    const unique = (all: (number | undefined)[]): string[] => [
      ...new Set(all.filter((id) => id !== undefined).map(String)),
    ];
    this.ids = unique([...ids, ...query.scripts, ...likelyScripts(map, ids)]);
    this.near = this.ids.slice(0, unique(ids).length + 8);
  }

  async run(): Promise<StoreCandidate[]> {
    const names: HeldName[] = [this.query, ...(this.query.heldBy ?? [])];
    let best = new Map<string, StoreCandidate>();
    for (const [depth, held] of names.entries()) {
      await this.seed({ ...held, name: cleanName(held.name) });
      best = this.judged(new StoreScore(this.query, depth));
      if (topScore(best) >= SURE) break;
    }
    await this.addOthers(best);
    const sorted = [...best.values()].sort((a, b) => b.score - a.score);
    return sorted.filter((found, rank) => !rank || found.score >= MIN_SCORE).slice(0, MAX_CANDIDATES);
  }

  private async seed(held: HeldName): Promise<void> {
    const bare = bareName(held.name);
    if (!bare) return;
    const { holder } = held;
    if (holder !== 'field') await this.seedVariables(held, bare);
    if (holder !== 'variable') await this.seedFields(held, bare, holder === 'unknown' ? 0.85 : 1);
    await this.follow(bare);
    // The name may be held otherwise than was thought: `exports.cache` is a field, and a variable where it is made.
    if (this.flow.stores.length) return;
    if (holder === 'field') await this.seedVariables(held, bare);
    if (holder === 'variable') await this.seedFields(held, bare, 0.6);
    await this.follow(bare);
  }

  private async seedVariables(held: HeldName, bare: string): Promise<void> {
    const home = held.declaredAt && (await this.file(String(held.declaredAt.scriptId)));
    const declared = declaration(home, held.declaredAt);
    let found = false;
    for (const file of home && declared ? [home] : await this.filesWith(bare)) {
      for (const binding of held.holder === 'global' ? [] : variableBindings(file, held, declared)) {
        if (binding.kind === 'import') continue;
        found = true;
        this.flow.add(refsOfBinding(file, binding, declared ? 1 : 0.7));
        for (const name of exportedNames(file, binding)) {
          const ref: Ref = { file, node: binding.node, name: bare, depth: 0, hops: 0, trust: 0.95 };
          this.flow.exported.push({ ref, name, called: false });
        }
      }
    }
    if (found || !declared) return;
    for (const file of await this.filesWith(bare)) {
      for (const binding of bindingsOf(file, bare)) {
        if (binding.kind !== 'import') this.flow.add(refsOfBinding(file, binding, 0.5));
      }
    }
  }

  private async seedFields(held: HeldName, bare: string, trust: number): Promise<void> {
    for (const file of await this.filesWith(bare)) {
      const refs =
        held.holder === 'global'
          ? globalRefs(file, held)
          : fieldRefs(file, held, declaration(file, held.declaredAt));
      this.flow.add(refs.map((ref) => ({ ...ref, trust: ref.trust * trust })));
    }
  }

  /** Follows the container in each file, then across files, until nothing new turns up. */
  private async follow(bare: string): Promise<void> {
    for (let round = 0; round < 4; round++) {
      this.flow.run();
      const exported = this.flow.exported.splice(0);
      const handed = this.flow.handed.splice(0);
      if (!exported.length && !handed.length) return;
      for (const { ref, name, called } of exported) await this.intoImporters(ref, bare, name, called);
      for (const { ref, callee, member, index, call } of handed) {
        const source = importSource(ref.file, callee);
        if (!source) continue;
        const wanted =
          source.name === '*' || (member && source.name === 'default') ? (member ?? 'default') : source.name;
        for (const file of await this.filesWith(wanted === 'default' ? '' : wanted)) {
          if (file === ref.file || !mayResolve(source.specifier, ref.file.url, file.url)) continue;
          const callable = exportedCallable(file, wanted);
          if (callable) this.flow.intoParameter(ref, call, file, callable, index, wanted);
        }
      }
    }
  }

  private async intoImporters(ref: Ref, bare: string, name: string, called: boolean): Promise<void> {
    const method = name.startsWith('.') ? name.slice(1) : undefined;
    const from = ref.file.url;
    const stem = from
      .split('/')
      .at(-1)!
      .replace(/\.\w+$/, '');
    for (const file of await this.filesWith(method ?? (stem === 'index' ? bare : stem))) {
      if (file === ref.file) continue;
      const uses = method
        ? { nodes: memberUses(file, method, true), reexported: [] }
        : importUses(file, name, from);
      const via = ref.via ?? `imported from ${stem}`;
      for (const use of uses.nodes) {
        const node = called && !method ? callOf(use) : use;
        if (node)
          this.flow.add([
            { ...ref, file, node, hops: ref.hops + 1, trust: ref.trust * (method ? 0.7 : 1), via },
          ]);
      }
      for (const again of uses.reexported) {
        const next = { ...ref, file, hops: ref.hops + 1, via };
        if (next.hops < 4) this.flow.exported.push({ ref: next, name: again, called });
      }
    }
  }

  private judged(score: StoreScore): Map<string, StoreCandidate> {
    const best = new Map<string, StoreCandidate>();
    for (const store of this.flow.stores) {
      if (store.kind === 'reaction' && this.query.container !== 'promise') continue;
      if (store.kind === 'passed' && store.values.every((value) => isFunction(value))) continue;
      if (store.kind === 'assign' && isFresh(store.ref.file, store.values[0])) continue;
      const found = score.judge(store);
      offer(best, this.flow.putsBack(store) ? { ...found, score: 0.6 * found.score } : found);
    }
    return best;
  }

  /** Where the name led nowhere: the registrations of gained callbacks, containers by class, anything by its value. */
  private async addOthers(best: Map<string, StoreCandidate>): Promise<void> {
    const { container, gainedAt, gainedClasses } = this.query;
    const top = topScore(best);
    if (container === 'listeners' || (top < 0.5 && gainedAt.length)) {
      const less = container === 'listeners' ? 1 : top ? 0.6 : 0.75;
      for (const found of await listenerCandidates(this.map, this.query, this.parser, this.ids))
        offer(best, { ...found, score: Math.round(found.score * less * 1000) / 1000 });
    }
    if (top >= SURE || container === 'listeners') return;
    const score = new StoreScore(this.query);
    const flow = new ContainerFlow();
    for (const file of await this.filesWith('extends')) flow.add(selfRefs(file, container));
    flow.run();
    for (const store of flow.stores) offer(best, score.judge(store));
    if (!gainedAt.length && !gainedClasses.length) return;
    for (const file of await this.filesWith('', this.near)) {
      for (const store of allStores(file)) if (score.storesGain(store)) offer(best, score.judge(store));
    }
  }

  /** The scripts to be searched whose text has the word, parsed. */
  private async filesWith(word: string, ids = this.ids): Promise<SyntaxFile[]> {
    const files: SyntaxFile[] = [];
    for (const id of ids) {
      const entry = this.map.byId(id);
      const text = entry && (await this.map.text(entry));
      if (!text?.includes(word)) continue;
      const file = await this.file(id);
      if (file) files.push(file);
    }
    return files;
  }

  private async file(id: string): Promise<SyntaxFile | undefined> {
    if (this.parsed.has(id)) return this.parsed.get(id);
    if (this.parsed.size >= MAX_FILES || this.parsedText > MAX_TEXT) return undefined;
    const file = await this.parser.file(this.map, id);
    this.parsed.set(id, file);
    this.parsedText += file?.text.length ?? 0;
    return file;
  }
}

/** The user's own scripts, and those of the packages that the snapshot and the profile point at. */
function likelyScripts(map: ScriptMap, ids: (number | undefined)[]): number[] {
  const packages = new Set(
    ids.map((id) => (id === undefined ? undefined : packageOf(map.byId(id)?.url ?? ''))),
  );
  const user: number[] = [];
  const related: number[] = [];
  for (const entry of map.scripts) {
    if (isUserCode(entry)) user.push(Number(entry.id));
    else if (isInstalled(entry.url) && packages.has(packageOf(entry.url))) related.push(Number(entry.id));
  }
  return [...user, ...related];
}

/** Up to the innermost package's folder. */
function packageOf(url: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(url)?.[0];
}

/** `.history`, `history[]`, `['history']` -> `history`. */
function cleanName(name: string): string {
  return name.replace(/^\.|(\[\])+$/g, '').replace(/^\[?(['"])(.*)\1\]?$/, '$2');
}

/** The name as the text has it. */
function bareName(name: string): string {
  return symbolName(name) ?? name.replace(/^#/, '');
}

function topScore(best: Map<string, StoreCandidate>): number {
  return Math.max(0, ...[...best.values()].map((found) => found.score));
}

function offer(best: Map<string, StoreCandidate>, found: StoreCandidate): void {
  const key = `${found.scriptId}:${found.line0}:${found.column0}`;
  const other = best.get(key);
  if (!other || other.score < found.score) best.set(key, found);
}
