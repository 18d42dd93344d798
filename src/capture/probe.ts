import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { HeaplineError } from '../base/errors.ts';
import { bundlePath } from './bundles.ts';
import type { Inspector } from './inspector.ts';
import type { InstallOptions, TargetAgent, TargetMessage } from './target.ts';

const GROUP = 'heapline';

/** Our side of what runs in the target (see target.ts): installs it, calls it, hears it, takes it out. */
export class Probe {
  private constructor(
    private readonly inspector: Inspector,
    private readonly binding: string,
    private readonly objectId: string,
  ) {}

  /** @throws HeaplineError `target-gone`, or `connect-failed` when the target is not Node */
  static async install(
    inspector: Inspector,
    options: InstallOptions,
    onMessage: (message: TargetMessage) => void,
  ): Promise<Probe> {
    const code = (await readFile(bundlePath('target.cjs'), 'utf8')).replace(
      /^\/\/# sourceMappingURL=.*$/m,
      '',
    );
    const name = `__heapline_${randomBytes(6).toString('hex')}`;
    inspector.on('Runtime.bindingCalled', (call) => {
      if (call.name === name) onMessage(JSON.parse(call.payload));
    });
    await inspector.send('Runtime.addBinding', { name });
    const { result, exceptionDetails } = await inspector.send('Runtime.evaluate', {
      expression: `((send) => {
delete globalThis.${name};
const get = process.getBuiltinModule ?? require;
const module = { exports: {} };
const exports = module.exports;
${code}
return module.exports.install(get, send, ${JSON.stringify(options)});
})(globalThis.${name})
//# sourceURL=heapline:target`,
      includeCommandLineAPI: true,
      objectGroup: GROUP,
      silent: true,
    });
    if (exceptionDetails || !result.objectId) {
      const why = exceptionDetails?.exception?.description?.split('\n')[0] ?? exceptionDetails?.text ?? '';
      throw new HeaplineError('connect-failed', `The target does not answer as Node does. ${why}`.trim(), {
        hint: 'Heapline records Node.js 18 and newer.',
      });
    }
    return new Probe(inspector, name, result.objectId);
  }

  /** Calls a method of the agent in the target. @throws HeaplineError `target-gone` */
  async call<K extends keyof TargetAgent>(
    method: K,
    ...args: Parameters<TargetAgent[K]>
  ): Promise<Awaited<ReturnType<TargetAgent[K]>>> {
    const { result, exceptionDetails } = await this.inspector.send('Runtime.callFunctionOn', {
      functionDeclaration: `function(...args) { return this.${method}(...args); }\n//# sourceURL=heapline:call\n`,
      objectId: this.objectId,
      arguments: args.map((value) => ({ value })),
      returnByValue: true,
      awaitPromise: method === 'settle',
      silent: true,
    });
    if (exceptionDetails) {
      throw new Error(`${method}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    }
    return result.value as Awaited<ReturnType<TargetAgent[K]>>;
  }

  /** V8's id of an object of ours that lives as long as the recording: when it changes, all ids have. */
  async heapObjectId(): Promise<string> {
    const { objectId } = this;
    return (await this.inspector.send('HeapProfiler.getHeapObjectId', { objectId })).heapSnapshotObjectId;
  }

  async uninstall(): Promise<void> {
    await this.call('uninstall');
    await this.inspector.send('Runtime.removeBinding', { name: this.binding });
    await this.inspector.send('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }
}
