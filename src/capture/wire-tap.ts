import { HeaplineError } from '../base/errors.ts';
import { bundleText } from './bundles.ts';
import type { Inspector } from './inspector.ts';
import type { Tap, TapReading, TapRefusal } from './tap.ts';

/** Ours, so that nothing of the debugger's is released with it. */
const GROUP = 'heapline-tap';

const REFUSALS: Record<TapRefusal, string> = {
  kind: "This kind of object can't be watched: arrays, maps, sets, plain objects, emitters and event targets can.",
  frozen: "The program has frozen or guarded this container: it can't be watched.",
};

/** One container of a running program, watched: see tap.ts for what that does to it. */
export class WireTap {
  private constructor(
    private readonly inspector: Inspector,
    private readonly objectId: string,
  ) {}

  /**
   * Begins to watch. The ids of the heap must be those by which the object was found: nobody may have sent
   * `HeapProfiler.disable` since. Finding it walks the heap once, which stops the program meanwhile.
   * @param nodeId V8's id, as in a snapshot @param className its constructor's name, where that is known
   * @throws HeaplineError `not-found` when it is gone, `usage` when it can't be watched, `target-gone`
   */
  static async install(inspector: Inspector, nodeId: number, className?: string): Promise<WireTap> {
    const container = await find(inspector, nodeId);
    const release = (): void => {
      inspector.send('Runtime.releaseObject', { objectId: container.objectId }).catch(() => {});
    };
    try {
      if (className !== undefined && container.className !== className) throw gone();
      // Whatever is done to it runs the program's code.
      if (container.subtype === 'proxy') throw new HeaplineError('usage', REFUSALS.kind);
      const { result, exceptionDetails } = await inspector.send('Runtime.callFunctionOn', {
        functionDeclaration: `function() {
const module = { exports: {} };
const exports = module.exports;
${await bundleText('tap.cjs')}
return module.exports.install(this);
}
//# sourceURL=heapline:tap.cdp
`,
        objectId: container.objectId,
        arguments: [],
        returnByValue: false,
        awaitPromise: false,
        silent: true,
      });
      if (exceptionDetails) throw failed(exceptionDetails);
      if (result.objectId) return new WireTap(inspector, result.objectId);
      throw new HeaplineError('usage', REFUSALS[result.value as TapRefusal]);
    } finally {
      // Held by us it would never be collected.
      release();
    }
  }

  /** Tells the tap that it is still wanted, too. @throws HeaplineError `target-gone` */
  read(): Promise<TapReading> {
    return this.call('read');
  }

  /** Leaves the container as it was. @throws HeaplineError `target-gone` */
  async remove(): Promise<TapReading> {
    const [reading] = await Promise.all([
      this.call('remove'),
      this.inspector.send('Runtime.releaseObject', { objectId: this.objectId }),
    ]);
    return reading;
  }

  private async call(method: keyof Tap): Promise<TapReading> {
    const { result, exceptionDetails } = await this.inspector.send('Runtime.callFunctionOn', {
      functionDeclaration: `function() { return this.${method}(); }\n//# sourceURL=heapline:tap-call.cdp\n`,
      objectId: this.objectId,
      arguments: [],
      returnByValue: true,
      awaitPromise: false,
      silent: true,
    });
    if (exceptionDetails) throw failed(exceptionDetails);
    return result.value as TapReading;
  }
}

async function find(
  inspector: Inspector,
  nodeId: number,
): Promise<{ objectId: string; className?: string; subtype?: string }> {
  try {
    const { result } = await inspector.send('HeapProfiler.getObjectByHeapObjectId', {
      objectId: String(nodeId),
      objectGroup: GROUP,
    });
    const { objectId, className, subtype } = result;
    if (objectId) return { objectId, className, subtype };
  } catch (error) {
    if (HeaplineError.is(error)) throw error;
  }
  throw gone();
}

/** The ids are reused: another object may have this one by now. */
function gone(): HeaplineError {
  return new HeaplineError('not-found', 'This container is no longer in the heap.', {
    hint: 'The program may have let it go: record again and watch what is found then.',
  });
}

function failed({ text, exception }: { text: string; exception?: { description?: string } }): Error {
  return new Error(`tap: ${exception?.description ?? text}`);
}
