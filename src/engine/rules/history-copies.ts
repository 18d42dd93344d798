import { classLike, holderLike, shapeWith, wordLike, wordsOf } from './facts.ts';
import { match, type Rule } from './rule.ts';

const NAMES =
  /checkpoints?|snapshots?|states?|versions?|revisions?|histor(y|ies)|messages?|steps?|traces?|prompts?|contexts?|transcripts?|channels?|journal|undo/;
const CLASSES = /Checkpoint|MemorySaver|StateSnapshot|GraphState|Saver$/;
/** From here on, growth is taken for faster than linear: a run that begins with half of its history comes to 1.5. */
const BENT = 1.5;
const COPIES =
  /structuredClone|JSON\.parse\(|\.slice\(\s*\)|\[\s*\.\.\.|\{\s*\.\.\.|\.concat\(|cloneDeep|\bcopy\b|\.clone\(/;

export const historyCopies: Rule = {
  id: 'history-copies',
  title: 'Each step keeps a copy of all that came before',
  matches(facts) {
    const copied = COPIES.test(facts.storeLine);
    const kept = facts.shapes.flatMap(({ keys, isEntry }) => (isEntry ? keys.flatMap(wordsOf) : []));
    const named = wordLike([...facts.own, ...facts.around, ...kept], NAMES);
    if (facts.bend >= BENT) {
      const times = facts.bend >= 10 ? '10 times or more' : `${facts.bend.toFixed(1)} times`;
      return match(
        copied ? 0.97 : named ? 0.96 : 0,
        `Growth is faster than linear: at the end each step gains ${times} what it gained at the beginning.`,
      );
    }
    const saver = holderLike(facts, CLASSES) ?? classLike(facts, CLASSES)?.className;
    if (saver) return match(0.8, `\`${saver}\` keeps checkpoints.`);
    const checkpoint = wordLike(facts.own, /checkpoints?/);
    return match(
      checkpoint ? (copied || shapeWith(facts, ['messages']) ? 0.85 : 0.7) : 0,
      `\`${checkpoint}\` keeps a state of each step.`,
    );
  },
  advice: (name) => [
    `Keep in ${name} what changed with each step, not the whole state: append the new messages, and rebuild a state when it is asked for.`,
    'Keep the latest checkpoint of each thread, or the last few; delete the others when the run ends.',
    'Checkpoints that must outlive the run go to a database (SQLite, Postgres, Redis) rather than an in-memory saver.',
    'Share what is equal: messages that never change can be referenced by every copy, without structuredClone or JSON.parse.',
  ],
};
