import { createHash } from 'node:crypto';
import { HeaplineError } from '../base/errors.ts';
import type { ServedFolder } from '../protocol/server.ts';
import type { ScriptParsed } from './cdp-types.ts';
import type { Inspector } from './inspector.ts';
import { readHeapUsage } from './light.ts';
import { servedFile } from './served.ts';
import type { Probe, TargetAgent } from './target.ts';

const MAX_SCRIPTS = 20_000;

/** Stands for the agent where there is no Node, in a browser's page: nothing of ours runs there. */
export class PageProbe implements Probe {
  readonly isNode = false;
  private readonly answers: {
    [K in keyof TargetAgent]: (
      ...args: Parameters<TargetAgent[K]>
    ) => ReturnType<TargetAgent[K]> | Promise<unknown>;
  };

  private readonly known = new Map<string, ScriptParsed>();

  private constructor(
    private readonly inspector: Inspector,
    private readonly group: string,
    private readonly objectId: string,
    version: string,
    private readonly served: ServedFolder | undefined,
  ) {
    const nothing = (): void => {};
    this.answers = {
      facts: () => ({ runtime: { name: 'browser', version } }),
      read: async () => ({ now: 0, memory: await readHeapUsage(inspector), gc: [] }),
      holdSample: () => Promise.reject(new Error('A page has no agent.')),
      settle: async () => {},
      writeSnapshot: nothing as () => undefined,
      spillSnapshot: () => Promise.reject(new Error('A page has no files.')),
      readSpilled: () => '',
      dropSpilled: nothing,
      armNearLimit: nothing,
      scripts: () => this.scripts(),
      sources: (scriptIds) =>
        this.withDebugger(() => Promise.all(scriptIds.map((scriptId) => this.source(scriptId)))),
      beat: nothing,
      release: nothing,
      wouldEnd: () => false,
      raise: nothing,
      retire: nothing,
      uninstall: nothing,
    };
  }

  static async install(inspector: Inspector, objectGroup: string, served?: ServedFolder): Promise<PageProbe> {
    const suffix = '\n//# sourceURL=heapline:page.cdp';
    const [object, agent] = await Promise.all([
      inspector.send('Runtime.evaluate', { expression: `({})${suffix}`, objectGroup, silent: true }),
      inspector.send('Runtime.evaluate', { expression: `navigator.userAgent${suffix}`, silent: true }),
    ]);
    const version = /\b(?:Headless)?Chrome\/[\d.]+/.exec(String(agent.result.value ?? ''))?.[0] ?? '';
    return new PageProbe(inspector, objectGroup, object.result.objectId ?? '', version, served);
  }

  async call<K extends keyof TargetAgent>(
    method: K,
    ...args: Parameters<TargetAgent[K]>
  ): Promise<Awaited<ReturnType<TargetAgent[K]>>> {
    return (await this.answers[method](...args)) as Awaited<ReturnType<TargetAgent[K]>>;
  }

  /** Those that are alive: nobody is told again of what was parsed before. */
  private async scripts(): Promise<ScriptParsed[]> {
    const { result } = await this.inspector.send('Profiler.getBestEffortCoverage');
    const alive = result.filter(({ url }) => url).slice(0, MAX_SCRIPTS);
    const fresh = alive.filter(({ scriptId }) => !this.known.has(scriptId));
    await this.withDebugger(async () => {
      for (const { scriptId, url } of fresh) {
        const text = await this.source(scriptId);
        const hash = createHash('sha256').update(text).digest('hex');
        const sourceMapURL = /\n\/\/[#@] sourceMappingURL=(\S+)\s*$/.exec(text)?.[1];
        const file = await servedFile(url, text, this.served);
        this.known.set(scriptId, { scriptId, url: file ?? url, hash, sourceMapURL, length: text.length });
      }
    }, fresh.length > 0);
    return alive.map(({ scriptId }) => this.known.get(scriptId)!);
  }

  /** In a session that is the user's debugger's own, that is on. */
  private async withDebugger<T>(work: () => Promise<T>, needed = true): Promise<T> {
    const { inspector } = this;
    if (inspector.shared || !needed) return work();
    await inspector.send('Debugger.enable');
    try {
      return await work();
    } finally {
      await inspector.send('Debugger.disable');
    }
  }

  private async source(scriptId: string): Promise<string> {
    try {
      return (await this.inspector.send('Debugger.getScriptSource', { scriptId })).scriptSource;
    } catch (error) {
      if (HeaplineError.is(error)) throw error;
      return ''; // It was collected meanwhile.
    }
  }

  async heapObjectId(): Promise<string> {
    const { objectId } = this;
    return (await this.inspector.send('HeapProfiler.getHeapObjectId', { objectId })).heapSnapshotObjectId;
  }

  async retire(): Promise<void> {}

  async uninstall(): Promise<void> {
    await this.inspector.send('Runtime.releaseObjectGroup', { objectGroup: this.group });
  }
}
