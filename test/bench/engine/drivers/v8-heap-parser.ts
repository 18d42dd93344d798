/** The engine of VS Code's viewer, WebAssembly: v8-heap-parser.ts OPERATION RESULT FILE, its package's folder in ANCHOR. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { now, tell } from './outcome.ts';

interface ClassGroup {
  name(): string;
  children_len: number;
  self_size: bigint;
  retained_size: bigint;
}
interface Parser {
  init_panic_hook(): void;
  decode_bytes(bytes: Uint8Array): {
    get_class_groups(start: number, end: number, withoutRetained: boolean): ClassGroup[];
  };
}

const [, resultFile, file] = process.argv.slice(2);
const folder = createRequire(`${process.env.ANCHOR}/`);
const parser = folder('@vscode/v8-heap-parser') as Parser;
parser.init_panic_hook();
const graph = parser.decode_bytes(readFileSync(file));
const loaded = now();
const groups = graph.get_class_groups(0, 0x7fffffff, false);
const done = now();
tell(resultFile, { graph: loaded, done }, () => ({
  nodes: groups.reduce((sum, group) => sum + group.children_len, 0),
  edges: null,
  totalSize: groups.reduce((sum, group) => sum + Number(group.self_size), 0),
  classes: groups.map((group) => [
    group.name(),
    group.children_len,
    Number(group.self_size),
    Number(group.retained_size),
  ]),
}));
