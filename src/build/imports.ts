/**
 * The import table, checked: which room may import which, and which packages and Node modules it may use.
 * `npm run check` fails on any import that is not allowed here.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

interface Rule {
  rooms: string[];
  /** Packages from the registry. */
  packages?: string[];
  node?: boolean;
}

const all = ['base', 'heap', 'analysis', 'protocol', 'source', 'recording', 'capture', 'engine', 'report'];

export const IMPORT_TABLE: Record<string, Rule> = {
  'src/base': { rooms: [] },
  'src/heap': { rooms: ['base'] },
  'src/analysis': { rooms: ['heap', 'base'] },
  'src/protocol': { rooms: ['base'] },
  'src/source': {
    rooms: ['protocol', 'base'],
    packages: ['web-tree-sitter', '@jridgewell/trace-mapping'],
    node: true,
  },
  'src/recording': { rooms: ['protocol', 'base'], node: true },
  'src/capture': {
    rooms: ['recording', 'protocol', 'base'],
    packages: ['chrome-remote-interface'],
    node: true,
  },
  'src/engine': {
    rooms: ['analysis', 'heap', 'source', 'recording', 'protocol', 'base'],
    packages: ['jsonc-parser'],
    node: true,
  },
  'src/report': { rooms: ['protocol', 'base'], node: true },
  'src/cli': { rooms: all, node: true },
  'src/server': {
    rooms: ['capture', 'engine', 'report', 'source', 'recording', 'protocol', 'base'],
    packages: ['vscode-languageserver', 'vscode-languageserver-protocol'],
    node: true,
  },
  // The only room with `vscode`. It shows and asks; the server computes.
  'src/extension': { rooms: ['protocol', 'base'], packages: ['vscode', 'vscode-languageclient'], node: true },
  'src/build': { rooms: [], packages: ['esbuild', 'playwright-core'], node: true },
  webview: { rooms: ['protocol', 'base'], packages: ['d3'] },
};

/** Every import of `source` text, static or dynamic, type or value. */
export function importsOf(source: string): string[] {
  const found: string[] = [];
  const pattern =
    /(?:^|[;\s])(?:import|export)\s+(?:[^'"();]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;
  for (const match of source.matchAll(pattern)) found.push(match[1] ?? match[2]);
  return found;
}

/** One line for each import that breaks the table, and for each cycle between files. Empty when all is well. */
export function checkImports(root: string): string[] {
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [room, rule] of Object.entries(IMPORT_TABLE)) {
    for (const file of sourceFiles(join(root, room))) {
      const name = relative(root, file).split(sep).join('/');
      const targets: string[] = [];
      for (const specifier of importsOf(readFileSync(file, 'utf8'))) {
        if (specifier.startsWith('.')) {
          const target = relative(root, resolve(file, '..', specifier))
            .split(sep)
            .join('/');
          targets.push(target);
          const inside = target.startsWith(`${room}/`);
          if (!inside && !rule.rooms.some((other) => target.startsWith(`src/${other}/`))) {
            problems.push(`${name}: ${room} may not import ${target}`);
          }
        } else if (specifier.startsWith('node:')) {
          if (!rule.node) problems.push(`${name}: ${room} may not use Node's ${specifier}`);
        } else if (!rule.packages?.some((p) => specifier === p || specifier.startsWith(`${p}/`))) {
          problems.push(`${name}: ${room} may not use the package ${specifier}`);
        }
      }
      if (/^\s*export\s+\*/m.test(readFileSync(file, 'utf8')))
        problems.push(`${name}: no barrel files (export *)`);
      graph.set(name, targets);
    }
  }
  return problems.concat(cycles(graph));
}

function cycles(graph: Map<string, string[]>): string[] {
  const problems: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (name: string, trail: string[]): void => {
    if (state.get(name) === 'done' || !graph.has(name)) return;
    if (state.get(name) === 'open') {
      problems.push(`import cycle: ${[...trail.slice(trail.indexOf(name)), name].join(' -> ')}`);
      return;
    }
    state.set(name, 'open');
    for (const next of graph.get(name)!) visit(next, [...trail, name]);
    state.set(name, 'done');
  };
  for (const name of graph.keys()) visit(name, []);
  return problems;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => /\.(ts|mjs|cjs)$/.test(file) && statSync(file).isFile());
}
