import { isCollection, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const NAMES = /prompts?|templates?|instructions?|systems?|preambles?|personas?/;
const KEYS = /^(system|systemPrompt|system_prompt|prompt|promptText|instructions?|template|preamble)$/;

export const duplicatedPrompts: Rule = {
  id: 'duplicated-prompts',
  title: 'The same prompt text kept many times',
  matches(facts) {
    if (
      facts.strings < 0.6 ||
      !(isCollection(facts) || facts.kind === 'string' || facts.kind === 'linked-list')
    )
      return undefined;
    const entry = facts.shapes.find(({ isEntry }) => isEntry) ?? facts.shapes[0];
    const key = entry?.keys.find((one) => KEYS.test(one));
    const named = wordLike(facts.own, NAMES);
    const share = `${Math.round(100 * facts.strings)} % of the gain is text`;
    if (key) return match(named ? 0.92 : 0.87, `${share}, and each entry has its own \`${key}\`.`);
    return match(named ? 0.86 : 0, `${share}, in \`${named}\`.`);
  },
  advice: (name) => [
    'Build the prompt once and refer to it: strings built by joining or a template are new ones each time, however equal.',
    'Intern what repeats: a Map from the text (or its hash) to the one copy that all entries use, with a bound.',
    `Keep in ${name} what the prompt was made of (a template's name, variables), and render it when it is sent.`,
    'A short part of a long string keeps the whole: copy it (Buffer.from(part).toString()) where only the part is kept.',
  ],
};
