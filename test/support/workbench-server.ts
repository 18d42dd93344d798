/** The server half of the workbench for tests: its folders, its processes, and their end. */
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TIMEOUT_MS } from './until.ts';
import { installWorkbench } from './workbench-install.ts';

/** In the environment of every process that the workbench starts, however far down. */
const MARK = 'WORKBENCH_OF_TEST';

/** Nothing that asks, greets, moves or reaches for the network. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.quickOpen.closeOnFocusLost': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': 'off',
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'typescript.disableAutomaticTypeAcquisition': true,
  'git.openRepositoryInParentFolders': 'never',
  'window.confirmBeforeClose': 'never',
  'npm.fetchOnlinePackageInfo': false,
  'remote.autoForwardPorts': false,
};

export interface WorkbenchProcess {
  pid: number;
  command: string;
  /** True for a program that VS Code's JavaScript debugger runs. */
  debugged: boolean;
}

export interface WorkbenchServer {
  /** Address of the workbench without a folder, ends in `/`. */
  url: string;
  /** What the extension hosts logged so far, output channels included; each file under its name. */
  extensionHostLog(): string;
  /** Every live process that it started, itself included. */
  processes(): WorkbenchProcess[];
  /** What the server printed, its last 4 kB. */
  printed(): string;
  /** Kills all of its processes and removes its folders. */
  close(): Promise<void>;
}

/** @param extensions folders of unpacked extensions; they are copied, the name of each must be `publisher.name-version` */
export async function startServer(
  extensions: string[],
  settings: Record<string, unknown>,
): Promise<WorkbenchServer> {
  const { node, entry } = await installWorkbench();
  // Short: sockets lie in it, and their paths may have 100 characters.
  const home = await realpath(await mkdtemp(join(tmpdir(), 'hw-')));
  const mark = randomUUID();
  for (const folder of ['data/User', 'extensions', 'tmp']) {
    await mkdir(join(home, folder), { recursive: true });
  }
  for (const folder of extensions) {
    await cp(folder, join(home, 'extensions', basename(folder)), { recursive: true });
  }
  await writeFile(
    join(home, 'data', 'User', 'settings.json'),
    JSON.stringify({ ...SETTINGS, ...settings }, null, 2),
  );

  const server = spawn(
    node,
    [
      entry,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--config', join(home, 'config.yaml')],
      ...['--user-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')],
      // Should we be killed: without a browser it ends by itself.
      ...['--idle-timeout-seconds', '120'],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    ],
    { cwd: home, env: environment(home, mark), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let printed = '';
  const listen = (chunk: Buffer): void => {
    printed = (printed + chunk).slice(-4096);
  };
  server.stdout.on('data', listen);
  server.stderr.on('data', listen);
  const killAll = (): number => {
    const left = processesWith(mark);
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
    return left.length;
  };
  // A test file that is stopped or ends early leaves nothing running.
  process.once('exit', killAll);

  const close = async (): Promise<void> => {
    process.off('exit', killAll);
    // What they start while they are being killed comes up in the next look.
    while (killAll()) await sleep(50);
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  const deadline = Date.now() + TIMEOUT_MS;
  let url: string | undefined;
  while (!url) {
    await sleep(50);
    url = /HTTP server listening on (http:\S+)/.exec(printed)?.[1];
    if (!url && (server.exitCode !== null || Date.now() > deadline)) {
      await close();
      throw new Error(`The VS Code for tests did not start:\n${printed}`);
    }
  }
  return {
    url,
    extensionHostLog: () => logsIn(join(home, 'data', 'logs')),
    processes: () => processesWith(mark),
    printed: () => printed,
    close,
  };
}

/** Ours, without what an editor, a test runner or a debugger around us would make the workbench do. */
function environment(home: string, mark: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(VSCODE_|ELECTRON_|NODE_|npm_|XDG_|PORT$|PASSWORD$)/.test(name)) env[name] = value;
  }
  return {
    ...env,
    TMPDIR: join(home, 'tmp'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'share'),
    XDG_CACHE_HOME: join(home, 'cache'),
    [MARK]: mark,
  };
}

/** Live processes with our mark in their environment: also those that left the process group or lost their parent. */
function processesWith(mark: string): WorkbenchProcess[] {
  const marked = `${MARK}=${mark}`;
  const found: WorkbenchProcess[] = [];
  if (process.platform !== 'linux') {
    const listed = execFileSync('ps', ['axEww', '-o', 'pid=,command='], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    for (const line of listed.split('\n')) {
      if (!line.includes(marked)) continue;
      const debugged = line.includes('VSCODE_INSPECTOR_OPTIONS=');
      found.push({ pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+\s+/, ''), debugged });
    }
    return found;
  }
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const env = readFileSync(`/proc/${name}/environ`, 'utf8');
      if (!env.includes(marked)) continue;
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim();
      found.push({ pid: Number(name), command, debugged: env.includes('VSCODE_INSPECTOR_OPTIONS=') });
    } catch {
      // It ended meanwhile, or is not ours to read.
    }
  }
  return found;
}

function logsIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /exthost[^/\\]*[/\\].*\.log$/.test(name))
    .sort();
  return files.map((name) => `== ${name}\n${readFileSync(join(folder, name), 'utf8')}`).join('\n');
}
