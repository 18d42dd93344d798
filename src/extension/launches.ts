/** How recorded programs were launched, so that they can be run again: kept in the workspace's state. */
import type { DebugConfiguration, DebugSession, ExtensionContext, Uri } from 'vscode';
import { rootOf } from './debug-sessions.ts';

export interface Launch {
  dir: string;
  /** The workspace folder's URI. */
  folder?: string;
  configuration: DebugConfiguration;
}

const KEY = 'launches';
const KEPT = 20;

export class Launches {
  private readonly state: ExtensionContext['workspaceState'];

  constructor(context: ExtensionContext) {
    this.state = context.workspaceState;
  }

  /** The recording in `dir` is of that session. */
  async remember(dir: string, session: DebugSession): Promise<void> {
    const root = rootOf(session) as DebugSession;
    // What js-debug adds for itself belongs to that one session.
    const own = Object.entries(root.configuration).filter(([key]) => !key.startsWith('__'));
    const launch: Launch = {
      dir,
      folder: (root.workspaceFolder?.uri as Uri | undefined)?.toString(),
      configuration: Object.fromEntries(own) as DebugConfiguration,
    };
    const others = this.all().filter((other) => other.dir !== dir);
    await this.state.update(KEY, [launch, ...others].slice(0, KEPT));
  }

  /** Only what was launched can be launched again. */
  of(dir: string): Launch | undefined {
    const launch = this.all().find((candidate) => candidate.dir === dir);
    return launch?.configuration.request === 'launch' ? launch : undefined;
  }

  private all(): Launch[] {
    return this.state.get<Launch[]>(KEY, []);
  }
}
