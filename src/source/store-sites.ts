import { bindingsOf, isFunction } from './bindings.ts';
import { ContainerFlow } from './container-flow.ts';
import {
  declaration,
  fieldRefs,
  globalRefs,
  refsOfBinding,
  symbolName,
  variableBindings,
} from './container-seeds.ts';
import { callOf, memberUses } from './members.ts';
import { exportedCallable, exportedNames, importSource, importUses, mayResolve } from './modules.ts';
import { listenerCandidates } from './registration-sites.ts';
import type { ScriptMap } from './script-map.ts';
import { StoreScore } from './store-score.ts';
import type { Ref, StoreCandidate, StoreQuery } from './store-types.ts';
import { isFresh } from './stored-values.ts';
import type { SyntaxFile, SyntaxParser } from './syntax.ts';
import { isInstalled, isUserCode } from './user-code.ts';
import { allStores } from './value-search.ts';

export type { StoreCandidate, StoreQuery } from './store-types.ts';

const MAX_FILES = 60;
const MAX_TEXT = 24e6;
const MAX_CANDIDATES = 20;
const MIN_SCORE = 0.05;

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
  return parser.search(async () => {
    const name = query.name.replace(/^\.|(\[\])+$/g, '').replace(/^\[?(['"])(.*)\1\]?$/, '$2');
    return new StoreSearch(map, { ...query, name }, parser).run();
  });
}

class StoreSearch {
  private readonly flow = new ContainerFlow();
  private readonly bare: string;
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
    this.bare = symbolName(query.name) ?? query.name.replace(/^#/, '');
    const ids = [query.declaredAt, ...query.gainedAt, ...query.frames].map((at) => at?.scriptId);
    const unique = (all: (number | undefined)[]): string[] => [
      ...new Set(all.filter((id) => id !== undefined).map(String)),
    ];
    this.ids = unique([...ids, ...query.scripts, ...likelyScripts(map, ids)]);
    this.near = this.ids.slice(0, unique(ids).length + 8);
  }

  async run(): Promise<StoreCandidate[]> {
    const { holder } = this.query;
    if (this.bare) {
      if (holder !== 'field') await this.seedVariables(holder === 'global');
      if (holder !== 'variable') await this.seedFields(holder === 'unknown' ? 0.85 : 1);
      await this.follow();
      // The name may be held otherwise than was thought: `exports.cache` is a field, and a variable where it is made.
      if (!this.flow.stores.length) {
        if (holder === 'field') await this.seedVariables(false);
        if (holder === 'variable') await this.seedFields(0.6);
        await this.follow();
      }
    }
    return this.candidates();
  }

  private async seedVariables(global: boolean): Promise<void> {
    const home = this.query.declaredAt && (await this.file(String(this.query.declaredAt.scriptId)));
    const declared = declaration(home, this.query.declaredAt);
    let found = false;
    for (const file of home && declared ? [home] : await this.filesWith(this.bare)) {
      if (global) this.flow.add(globalRefs(file, this.query));
      for (const binding of variableBindings(file, this.query, declared)) {
        if (binding.kind === 'import' || global) continue;
        found = true;
        this.flow.add(refsOfBinding(file, binding, declared ? 1 : 0.7));
        for (const name of exportedNames(file, binding)) {
          const ref: Ref = { file, node: binding.node, name: this.bare, depth: 0, hops: 0, trust: 0.95 };
          this.flow.exported.push({ ref, name, called: false });
        }
      }
    }
    if (!found && home && declared) {
      for (const file of await this.filesWith(this.bare)) {
        for (const binding of bindingsOf(file, this.bare)) {
          if (binding.kind !== 'import') this.flow.add(refsOfBinding(file, binding, 0.5));
        }
      }
    }
  }

  private async seedFields(trust: number): Promise<void> {
    for (const file of await this.filesWith(this.bare)) {
      if (this.query.holder === 'global') {
        this.flow.add(globalRefs(file, this.query));
        continue;
      }
      const refs = fieldRefs(file, this.query, declaration(file, this.query.declaredAt));
      this.flow.add(refs.map((ref) => ({ ...ref, trust: ref.trust * trust })));
    }
  }

  /** Follows the container in each file, then across files, until nothing new turns up. */
  private async follow(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      this.flow.run();
      const exported = this.flow.exported.splice(0);
      const handed = this.flow.handed.splice(0);
      if (!exported.length && !handed.length) return;
      for (const { ref, name, called } of exported) await this.intoImporters(ref, name, called);
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

  private async intoImporters(ref: Ref, name: string, called: boolean): Promise<void> {
    const method = name.startsWith('.') ? name.slice(1) : undefined;
    const from = ref.file.url;
    const stem = from
      .split('/')
      .at(-1)!
      .replace(/\.\w+$/, '');
    for (const file of await this.filesWith(method ?? (stem === 'index' ? this.bare : stem))) {
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

  private async candidates(): Promise<StoreCandidate[]> {
    const { container, gainedAt, gainedClasses } = this.query;
    const score = new StoreScore(this.query);
    const best = new Map<string, StoreCandidate>();
    const offer = (found: StoreCandidate): void => {
      const key = `${found.scriptId}:${found.line0}:${found.column0}`;
      const other = best.get(key);
      if (!other || other.score < found.score) best.set(key, found);
    };
    for (const store of this.flow.stores) {
      if (store.kind === 'passed' && store.values.every((value) => isFunction(value))) continue;
      if (store.kind === 'assign' && isFresh(store.ref.file, store.values[0])) continue;
      offer(score.judge(store));
    }
    const top = Math.max(0, ...[...best.values()].map((found) => found.score));
    if (container === 'listeners' || (top < 0.5 && gainedAt.length)) {
      const less = container === 'listeners' ? 1 : top ? 0.6 : 0.75;
      for (const found of await listenerCandidates(this.map, this.query, this.parser, this.ids))
        offer({ ...found, score: Math.round(found.score * less * 1000) / 1000 });
    }
    if (best.size < 1 || (top < 0.3 && container !== 'listeners' && gainedAt.length + gainedClasses.length)) {
      for (const file of await this.filesWith('', this.near)) {
        for (const store of allStores(file)) if (score.storesGain(store)) offer(score.judge(store));
      }
    }
    const sorted = [...best.values()].sort((a, b) => b.score - a.score);
    return sorted.filter((found, rank) => !rank || found.score >= MIN_SCORE).slice(0, MAX_CANDIDATES);
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
