import { HeaplineError } from '../base/errors.ts';
import { Inspector, type ProxyAddress } from './inspector.ts';
import { readIdentity } from './light.ts';

export interface Reached {
  inspector: Inspector;
  via: 'inspector' | 'proxy';
}

/** A port of this machine answers at once, or nobody listens there. */
const DIRECT_MS = 1000;

/**
 * Connects to a target that js-debug debugs: straight to its inspector where that is on this machine, else through
 * the debugger's proxy. Workers and pages have no inspector of their own to be reached.
 * @throws HeaplineError `connect-failed` or `target-gone`
 */
export async function reachTarget(proxy: ProxyAddress): Promise<Reached> {
  const shared = await Inspector.connectProxy(proxy);
  try {
    const direct = await reachDirectly(shared);
    if (!direct) return { inspector: shared, via: 'proxy' };
    await shared.close();
    return { inspector: direct, via: 'inspector' };
  } catch (error) {
    await shared.close();
    throw error;
  }
}

/** A connection straight to the target of a shared one, which stays as it is; undefined where there is no way. */
export async function reachDirectly(shared: Inspector): Promise<Inspector | undefined> {
  const { url, pid, isMainThread, threadId } = await readIdentity(shared);
  // The inspector of a worker's process is that of its main thread.
  const local = isMainThread && url ? loopbackUrl(url) : undefined;
  if (!local) return undefined;
  try {
    const inspector = await Inspector.connect(local, DIRECT_MS);
    const found = await readIdentity(inspector);
    if (found.pid === pid && found.threadId === threadId) return inspector;
    await inspector.close();
  } catch (error) {
    if (!HeaplineError.is(error)) throw error;
  }
  return undefined;
}

/** The address as this machine reaches it; undefined for one that is not on this machine. Its path names the process. */
export function loopbackUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'ws:') return undefined;
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname) ? url.href : undefined;
}
