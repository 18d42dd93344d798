/** The call sites above an insert. */
import type { TapFrame } from '../protocol/recording.ts';

const MAX_FRAMES = 32;
const SHOWN_FRAMES = 5;

const { defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect;

/** What notes call sites, made where the program can't have changed it yet. */
export function callSiteReader(): (above: (...args: never[]) => unknown) => NodeJS.CallSite[] {
  const Failure = Error;
  const capture = Error.captureStackTrace;

  const lent = (name: string, before: PropertyDescriptor | undefined, value: unknown): boolean =>
    before?.configurable !== false &&
    defineProperty(Failure, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: before?.enumerable ?? false,
    });
  const putBack = (name: string, before: PropertyDescriptor | undefined): void => {
    if (before) defineProperty(Failure, name, before);
    else deleteProperty(Failure, name);
  };

  /** The call sites above a function. What the program has made of `Error` is as before when this returns. */
  return (above) => {
    const limit = getOwnPropertyDescriptor(Failure, 'stackTraceLimit');
    const prepare = getOwnPropertyDescriptor(Failure, 'prepareStackTrace');
    if (!lent('stackTraceLimit', limit, MAX_FRAMES)) return [];
    try {
      if (!lent('prepareStackTrace', prepare, (_: unknown, sites: unknown) => sites)) return [];
      try {
        const at: { stack?: unknown } = {};
        capture(at, above);
        return Array.isArray(at.stack) ? at.stack : [];
      } finally {
        putBack('prepareStackTrace', prepare);
      }
    } finally {
      putBack('stackTraceLimit', limit);
    }
  };
}

/** Up to five, nearest first, without the runtime's own; then the first outside installed packages, if it is deeper. */
export function choose(sites: readonly NodeJS.CallSite[]): TapFrame[] {
  const chosen: TapFrame[] = [];
  let users = false;
  for (const site of sites) {
    const url = site.getFileName() ?? site.getScriptNameOrSourceURL();
    if (!url || /^(node|heapline):/.test(url)) continue;
    const isUsers = !/[\\/]node_modules[\\/]/.test(url);
    if (chosen.length >= SHOWN_FRAMES && (users || !isUsers)) continue;
    users ||= isUsers;
    const line = site.getLineNumber() ?? 1;
    chosen.push({ url, line, column: site.getColumnNumber() ?? 1, function: nameOf(site) });
    if (users && chosen.length >= SHOWN_FRAMES) break;
  }
  return chosen;
}

/** `AgentMemory.add`, as V8 would write it. */
function nameOf(site: NodeJS.CallSite): string | undefined {
  const name = site.getFunctionName();
  if (!name || site.isToplevel() || site.isConstructor()) return name ?? undefined;
  const type = site.getTypeName();
  return type && type !== 'Object' && type !== 'Function' && !name.startsWith(`${type}.`)
    ? `${type}.${name}`
    : name;
}
