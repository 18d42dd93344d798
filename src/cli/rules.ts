/** What agents commonly suffer from, listed or explained. */
import { readFileSync } from 'node:fs';
import { RULES } from '../engine/rules/rules.ts';
import { nearest, usage } from './args.ts';
import { EXIT_OK } from './exit.ts';
import { type Call, fileError, jsonOnStdout, writeJson } from './io.ts';

export async function rules(call: Call): Promise<number> {
  const { io, spec, values, words } = call;
  if (words.length > 1) throw usage(spec, `One rule at a time: \`${words[1]}\` is too much.`);
  if (!words.length) {
    writeJson(call, {
      format: 'heapline-rules/1',
      rules: RULES.map(({ id, title }) => ({ id, title })),
    });
    if (jsonOnStdout(values)) return EXIT_OK;
    const width = Math.max(...RULES.map(({ id }) => id.length));
    const rows = RULES.map(({ id, title }) => `  ${id.padEnd(width)}  ${title}\n`);
    io.stdout.write(
      `What agents commonly suffer from. A finding says which it matches.\n\n${rows.join('')}\nheapline rules ID tells how to know it, and how to mend it.\n`,
    );
    return EXIT_OK;
  }
  const rule = RULES.find(({ id }) => id === words[0]);
  if (!rule) throw unknownRule(call, words[0]);
  const { id, title } = rule;
  const page = readPage(call, id);
  writeJson(call, { format: 'heapline-rule/1', id, title, page });
  if (!jsonOnStdout(values)) io.stdout.write(page);
  return EXIT_OK;
}

export function unknownRule({ spec }: Call, id: string): Error {
  const near = nearest(
    id,
    RULES.map((rule) => rule.id),
  );
  return usage(
    spec,
    `There is no rule \`${id}\`.`,
    near ? `Did you mean ${near}?` : 'heapline rules lists them.',
  );
}

/** Packed beside the bundles. */
function readPage({ io }: Call, id: string): string {
  const file = new URL(`../media/rules/${id}.md`, io.dist);
  try {
    return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  } catch (error) {
    throw fileError(error, 'read', `media/rules/${id}.md`);
  }
}
