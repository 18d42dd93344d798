/** Leaves a leak be: writes it into the ignore file. */
import { relative } from 'node:path';
import { addIgnore } from '../engine/ignore-file.ts';
import { isRule } from '../engine/rules/rules.ts';
import { isDay } from '../protocol/ignore.ts';
import { printable } from '../protocol/wording.ts';
import { usage } from './args.ts';
import { EXIT_OK } from './exit.ts';
import type { Call } from './io.ts';
import { unknownRule } from './rules.ts';

export async function ignore(call: Call): Promise<number> {
  const { io, spec, values, words } = call;
  const [id] = words;
  if (words.length !== 1 || !id.trim()) {
    const many = words.length > 1 ? `One at a time: \`${words[1]}\` is too much.` : 'Which leak?';
    throw usage(spec, many, 'heapline ignore ID --reason TEXT; reports show the ID.');
  }
  if (values.has('rule') && values.has('owner'))
    throw usage(spec, 'Either --rule or --owner.', 'ID is a rule, or a name.');
  const reason = values.text('reason')?.trim();
  if (!reason)
    throw usage(spec, 'Why? `--reason` is missing.', '--reason "bounded by the number of models".');
  const expires = values.text('expires');
  if (expires !== undefined && !isDay(expires))
    throw usage(spec, `\`--expires ${expires}\` is not a day such as 2027-01-31.`);
  if (values.has('rule') && !isRule(id)) throw unknownRule(call, id);
  if (!values.has('rule') && !values.has('owner') && !/^[\w-]+:.*:[0-9a-f]+$/.test(id))
    throw usage(
      spec,
      `\`${id}\` is no finding's id.`,
      'It looks like map:cache:1f0c22aa; for a rule or a name add --rule or --owner.',
    );
  const key = values.has('rule') ? 'rule' : values.has('owner') ? 'owner' : 'finding';
  const file = addIgnore({ [key]: id, reason, ...(expires === undefined ? {} : { expires }) }, io.cwd);
  const until = expires === undefined ? '' : ` until ${expires}`;
  call.progress.line(`${printable(id)} is ignored${until}: ${printable(relative(io.cwd, file) || file)}.`);
  return EXIT_OK;
}
