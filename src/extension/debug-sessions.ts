/** What a js-debug session's configuration tells, without `vscode`. */
import type { ServedFolder, TargetKind } from '../protocol/server.ts';

/** The part of a `vscode.DebugSession` that is needed. */
export interface SessionLike {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly parentSession?: SessionLike;
}

/** Types of js-debug's sessions. */
export const JS_DEBUG: ReadonlySet<string> = new Set([
  'pwa-node',
  'node-terminal',
  'pwa-chrome',
  'pwa-msedge',
  'pwa-extensionHost',
  'pwa-editor-browser',
]);

/** Whether js-debug runs it. */
export function isJsDebug(session: SessionLike): boolean {
  return JS_DEBUG.has(session.type);
}

/** Whether it is a process, page or worker: what started it is a session, too, but has no heap of its own. */
export function isTarget(session: SessionLike): boolean {
  return isJsDebug(session) && Boolean(session.configuration.__pendingTargetId);
}

/** The session that the user started. */
export function rootOf(session: SessionLike): SessionLike {
  return session.parentSession ? rootOf(session.parentSession) : session;
}

export function kindOf(session: SessionLike): TargetKind {
  const browserType = session.configuration.__browserTargetType;
  if (typeof browserType === 'string') return /worker/.test(browserType) ? 'worker' : 'page';
  if (isNodeWorker(session)) return 'worker';
  if (rootOf(session).type === 'pwa-extensionHost') return 'extension-host';
  return /chrome|msedge|browser/.test(session.type) ? 'page' : 'node';
}

/** js-debug makes a Node worker's id of its process's: `PROCESS-WORKER`. */
function isNodeWorker(session: SessionLike): boolean {
  const own = String(session.configuration.__pendingTargetId);
  const parent = session.parentSession?.configuration.__pendingTargetId;
  return Boolean(parent) && own.startsWith(`${parent}-`);
}

/** Names of processes that only start the program: package managers and runners. */
const STARTERS =
  /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack|tsx|nodemon|ts-node-dev|cross-env|dotenv)(-cli)?\b/i;

/** Whether it is the user's program: the first process of the session that doesn't only start another. */
export function isProgram(session: SessionLike): boolean {
  if (!isTarget(session) || kindOf(session) === 'worker' || STARTERS.test(session.name)) return false;
  const parent = session.parentSession;
  return !parent || !isTarget(parent) || STARTERS.test(parent.name);
}

/** Where the files of a page lie, as its launch configuration says. */
export function servedOf(session: SessionLike): ServedFolder | undefined {
  const { url, webRoot } = rootOf(session).configuration;
  if (typeof url !== 'string' || typeof webRoot !== 'string' || !URL.canParse(url)) return undefined;
  const { origin } = new URL(url);
  return origin === 'null' ? undefined : { origin, folder: webRoot };
}

/** `main.js [4711] « Launch` -> `main.js [4711]`: VS Code adds the name of the session that started it. */
export function ownName(name: string): string {
  return name.split(' « ', 1)[0];
}

/** `main.js [4711] « Launch` -> `main.js`: the same for the next run of it. */
export function withoutPid(name: string): string {
  return ownName(name).replace(/\s*\[\d+\]$/, '');
}
