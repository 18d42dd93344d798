/** Which Node processes of a command are not the program: they start it, or prepare it. */

/** Starters and build tools, by the package that they come from. */
const PACKAGES = new Set([
  ...['npm', 'npx', 'pnpm', 'yarn', 'corepack', '@yarnpkg', '@pnpm', 'bun'],
  ...['tsx', 'nodemon', 'node-dev', 'ts-node-dev', 'tsnd', 'tsc-watch', 'onchange', 'chokidar-cli', 'wireit'],
  ...[
    'cross-env',
    'env-cmd',
    'dotenv-cli',
    'dotenvx',
    '@dotenvx',
    'concurrently',
    'npm-run-all',
    'npm-run-all2',
  ],
  ...[
    'shx',
    'shelljs',
    'rimraf',
    'del-cli',
    'mkdirp',
    'cpy-cli',
    'copyfiles',
    'wait-on',
    'start-server-and-test',
  ],
  ...[
    'typescript',
    'esbuild',
    'tsup',
    'tsdown',
    'rollup',
    'webpack',
    'webpack-cli',
    '@swc',
    'babel',
    '@babel',
  ],
  ...[
    'eslint',
    'prettier',
    '@biomejs',
    'turbo',
    'nx',
    'lerna',
    'husky',
    'prisma',
    '@angular',
    'graphql-codegen',
  ],
]);

/** File names that name the tool where the path does not: `.yarn/releases/yarn-4.1.0.cjs`, corepack's shims. */
const FILES = /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack)(-cli)?(-\d[\w.-]*)?(\.[cm]?js)?$/;

export interface NodeProcess {
  /** Absolute path of the main script; absent for `-e`, `-p` and the prompt. */
  script?: string;
  execArgv: readonly string[];
  /** True in a child that a runner of Node's own (`--watch`, `--test`) has started. */
  startedByNode: boolean;
}

/** True for a process that is to be let through untouched. */
export function isWrapper({ script, execArgv, startedByNode }: NodeProcess): boolean {
  if (!startedByNode && execArgv.some((arg) => /^--(watch|test)(-path)?(=|$)/.test(arg))) return true;
  if (script === undefined) return execArgv.some((arg) => /^(-p|-pe|--print)(=|$)/.test(arg));
  const parts = script.split(/[\\/]/);
  if (FILES.test(parts.at(-1)!)) return true;
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return false;
  if (parts[at + 1] === '.bin') return PACKAGES.has(parts.at(-1)!.replace(/\.[cm]?js$/, ''));
  return PACKAGES.has(parts[at + 1]);
}
