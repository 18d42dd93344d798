import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser, type Tree } from 'web-tree-sitter';
import { LineTable } from './lines.ts';
import type { ScriptMap } from './script-map.ts';

/** Where the two WebAssembly files are. */
export interface SyntaxWasm {
  treeSitter: string;
  javascript: string;
}

/** Texts beyond this many UTF-16 units are not parsed: a tree takes 50 to 60 bytes a unit (measured). */
const MAX_TEXT = 12e6;
/** Trees kept between searches, in units of their texts; the last one used stays whatever its size. */
const KEEP_TEXT = 2e6;

/** A parsed script. Offsets count UTF-16 units from 0. */
export class SyntaxFile {
  readonly root: Node;
  /** What was found out about a name in this file: see bindings.ts. */
  readonly names = new Map<string, unknown>();
  private table?: LineTable;

  constructor(
    readonly scriptId: string,
    readonly url: string,
    readonly text: string,
    private readonly tree: Tree,
  ) {
    this.root = tree.rootNode;
  }

  get lines(): LineTable {
    this.table ??= new LineTable(this.text);
    return this.table;
  }

  /** The smallest node that starts at or spans the offset. */
  at(offset: number): Node | undefined {
    return this.root.descendantForIndex(offset) ?? undefined;
  }

  textOf(node: Node): string {
    return this.text.slice(node.startIndex, node.endIndex);
  }

  dispose(): void {
    this.tree.delete();
    this.names.clear();
  }
}

/** Parses JavaScript; each script once, as long as it is within the budget. Give it back with `dispose`. */
export class SyntaxParser {
  private readonly files = new Map<string, Promise<SyntaxFile | undefined>>();
  private readonly loaded = new Map<string, SyntaxFile>();
  private searches = 0;

  private constructor(private readonly parser: Parser) {}

  /** @param wasm found beside the bundle or in node_modules where it is not given */
  static async create(wasm: SyntaxWasm = findWasm()): Promise<SyntaxParser> {
    await Parser.init({ locateFile: () => wasm.treeSitter });
    const parser = new Parser();
    parser.setLanguage(await Language.load(wasm.javascript));
    return new SyntaxParser(parser);
  }

  /** The script parsed; undefined where there is no text, or too much of it. Syntax errors are parsed around. */
  file(map: ScriptMap, scriptId: number | string): Promise<SyntaxFile | undefined> {
    const key = String(scriptId);
    let file = this.files.get(key);
    if (file)
      this.files.delete(key); // most recently used last
    else file = this.parse(map, key);
    this.files.set(key, file);
    return file;
  }

  /** Runs a search; trees that it uses stay until no search runs. One parser serves one ScriptMap. */
  async search<T>(work: () => Promise<T>): Promise<T> {
    this.searches++;
    try {
      return await work();
    } finally {
      if (--this.searches === 0) this.trim(KEEP_TEXT);
    }
  }

  dispose(): void {
    this.trim(0, 0);
    this.parser.delete();
  }

  private async parse(map: ScriptMap, scriptId: string): Promise<SyntaxFile | undefined> {
    const entry = map.byId(scriptId);
    const text = entry && (await map.text(entry));
    if (!entry || text === undefined || text.length > MAX_TEXT) return undefined;
    const tree = this.parser.parse(text);
    if (!tree) return undefined;
    const file = new SyntaxFile(scriptId, entry.url, text, tree);
    this.loaded.set(scriptId, file);
    return file;
  }

  /** Least recently used first: `files` is in the order of use. */
  private trim(budget: number, least = 1): void {
    let total = 0;
    for (const file of this.loaded.values()) total += file.text.length;
    for (const key of this.files.keys()) {
      if (total <= budget || this.loaded.size <= least) return;
      const file = this.loaded.get(key);
      if (!file) continue;
      total -= file.text.length;
      this.files.delete(key);
      this.loaded.delete(key);
      file.dispose();
    }
  }
}

function findWasm(): SyntaxWasm {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = {
    treeSitter: join(here, 'web-tree-sitter.wasm'),
    javascript: join(here, 'tree-sitter-javascript.wasm'),
  };
  if (existsSync(beside.treeSitter)) return beside;
  const require = createRequire(import.meta.url);
  return {
    treeSitter: require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
    javascript: join(
      dirname(require.resolve('tree-sitter-javascript/package.json')),
      'tree-sitter-javascript.wasm',
    ),
  };
}
