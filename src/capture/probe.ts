import { randomBytes } from 'node:crypto';
import { HeaplineError } from '../base/errors.ts';
import type { ServedFolder } from '../protocol/server.ts';
import { bundleText } from './bundles.ts';
import type { Inspector } from './inspector.ts';
import { LOADING, onceLoaded } from './loading.ts';
import { PageProbe } from './page-probe.ts';
import type { InstallOptions, Probe, TargetAgent, TargetMessage } from './target.ts';

const GROUP = 'heapline';
/** js-debug shows no script that ends so. */
const NAMED = '\n//# sourceURL=heapline:call.cdp';
/** Where the agent is found by name: no program looks there, and Node has loaded it. */
const PLACE = `(process.getBuiltinModule ?? require)('inspector')`;

/**
 * Puts the agent into the target, and hears it. @param served where the files of a page lie
 * @throws HeaplineError `target-gone`, or `connect-failed` when the target is neither Node nor a page
 */
export async function installProbe(
  inspector: Inspector,
  options: InstallOptions,
  onMessage: (message: TargetMessage) => void,
  served?: ServedFolder,
): Promise<Probe> {
  if (await isPage(inspector)) return PageProbe.install(inspector, GROUP, served);
  return NodeProbe.install(inspector, options, onMessage);
}

/** A browser's page or worker. What js-debug debugs is that or Node. */
async function isPage(inspector: Inspector): Promise<boolean> {
  const { result } = await inspector.send('Runtime.evaluate', {
    expression: `typeof process === 'object' && process.versions?.node ? 'node' : typeof navigator === 'object' ? 'page' : ''
//# sourceURL=heapline:kind.cdp`,
    silent: true,
    disableBreaks: true,
  });
  return result.value === 'page' || (inspector.shared && result.value !== 'node');
}

/**
 * The agent is kept by its object id alone, but called by name: only `evaluate` can tell V8 not to stop in our code,
 * where a *Pause* of the user's would else end up whenever ours runs first.
 */
class NodeProbe implements Probe {
  readonly isNode = true;
  private constructor(
    private readonly inspector: Inspector,
    /** Of the binding, and of the agent's place. */
    private readonly name: string,
    private readonly objectId: string,
    private readonly heard: { dispose(): void },
  ) {}

  static async install(
    inspector: Inspector,
    options: InstallOptions,
    onMessage: (message: TargetMessage) => void,
  ): Promise<NodeProbe> {
    const code = await bundleText('target.cjs');
    const name = `__heapline_${randomBytes(6).toString('hex')}`;
    const heard = inspector.on('Runtime.bindingCalled', (call) => {
      if (call.name === name) onMessage(JSON.parse(call.payload));
    });
    try {
      await inspector.send('Runtime.addBinding', { name });
      const evaluate = {
        expression: `((send) => {
if (${LOADING}) return 'loading';
delete globalThis.${name};
const get = process.getBuiltinModule ?? require;
const module = { exports: {} };
const exports = module.exports;
${code}
const agent = module.exports.install(get, send, ${JSON.stringify(options)});
Object.defineProperty(get('inspector'), '${name}', { value: new WeakRef(agent), configurable: true });
return agent;
})(globalThis.${name})
//# sourceURL=heapline:target.cdp`,
        includeCommandLineAPI: true,
        objectGroup: GROUP,
        silent: true,
        disableBreaks: true,
      };
      const answer = await onceLoaded(async () => {
        const evaluated = await inspector.send('Runtime.evaluate', evaluate);
        return evaluated.result.value === 'loading' ? undefined : evaluated;
      });
      const { result, exceptionDetails } = answer ?? {};
      if (exceptionDetails || !result?.objectId) {
        await inspector.send('Runtime.removeBinding', { name });
        const why = exceptionDetails?.exception?.description?.split('\n')[0] ?? exceptionDetails?.text ?? '';
        throw new HeaplineError('connect-failed', `The target does not answer as Node does. ${why}`.trim(), {
          hint: 'Heapline records Node.js 18 and newer.',
        });
      }
      return new NodeProbe(inspector, name, result.objectId, heard);
    } catch (error) {
      heard.dispose();
      throw error;
    }
  }

  async call<K extends keyof TargetAgent>(
    method: K,
    ...args: Parameters<TargetAgent[K]>
  ): Promise<Awaited<ReturnType<TargetAgent[K]>>> {
    const { result, exceptionDetails } = await this.inspector.send('Runtime.evaluate', {
      expression: `${PLACE}['${this.name}'].deref().${method}(${args.map((arg) => JSON.stringify(arg)).join()})${NAMED}`,
      includeCommandLineAPI: true,
      returnByValue: true,
      awaitPromise: method === 'settle',
      silent: true,
      disableBreaks: true,
    });
    if (exceptionDetails) {
      throw new Error(`${method}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    }
    return result.value as Awaited<ReturnType<TargetAgent[K]>>;
  }

  async heapObjectId(): Promise<string> {
    const { objectId } = this;
    return (await this.inspector.send('HeapProfiler.getHeapObjectId', { objectId })).heapSnapshotObjectId;
  }

  async retire(): Promise<void> {
    this.heard.dispose();
    await Promise.all([
      this.call('retire'),
      this.inspector.send('Runtime.removeBinding', { name: this.name }),
    ]);
  }

  async uninstall(): Promise<void> {
    this.heard.dispose();
    // Sent together: who is in a hurry closes the connection behind us.
    await Promise.all([
      this.call('uninstall'),
      this.inspector.send('Runtime.evaluate', {
        expression: `delete ${PLACE}['${this.name}']${NAMED}`,
        includeCommandLineAPI: true,
        silent: true,
        disableBreaks: true,
      }),
      this.inspector.send('Runtime.removeBinding', { name: this.name }),
      this.inspector.send('Runtime.releaseObjectGroup', { objectGroup: GROUP }),
    ]);
  }
}
