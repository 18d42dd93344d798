/** Programs under a real inspector, for what measures the cost of recording them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TargetSpec } from '../../src/protocol/server.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';

export interface Target {
  url: string;
  child: ChildProcess;
  /** The next line that it prints. */
  line(): Promise<string>;
}

/** Settles when its inspector listens. It ends with its input, if it reads that. */
export async function start(major: NodeMajor, script: string, args: readonly string[]): Promise<Target> {
  const child = spawn(await nodeBinary(major), ['--inspect=127.0.0.1:0', script, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => (await lines.next()).value as string;
  for await (const text of createInterface({ input: child.stderr! })) {
    const url = /ws:\/\/\S+/.exec(text)?.[0];
    if (url) {
      child.stderr!.resume();
      return { url, child, line };
    }
  }
  throw new Error('The target opened no inspector.');
}

export function specOf({ url }: Target): TargetSpec {
  return { id: url, name: 'bench', kind: 'node', inspector: url };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}
