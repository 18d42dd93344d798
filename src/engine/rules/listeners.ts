import { holderLike, isCollection, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

export const listeners: Rule = {
  id: 'listeners',
  title: 'Listeners that gather on something long-lived',
  matches(facts) {
    const signal = holderLike(facts, /AbortSignal|AbortController/);
    if (facts.kind === 'listeners')
      return match(
        0.95,
        signal
          ? `Abort listeners gather on a signal that outlives the work they were registered for.`
          : 'Each piece of work registers a listener, and none is removed.',
      );
    // Node links the signals that AbortSignal.any made to those that they follow.
    if (signal && facts.kind !== 'timers') return match(0.85, `\`${signal}\` holds on to what follows it.`);
    const sure = wordLike(facts.own, /listeners?|subscribers?|subscriptions?|observers?|watchers?/);
    if (sure && isCollection(facts)) return match(0.88, `\`${sure}\` gains entries, and none is taken out.`);
    const named = wordLike(facts.own, /callbacks?|hooks?|handlers?/);
    return match(
      named && facts.functionEntries > 0.2 ? 0.82 : 0,
      `\`${named}\` gains functions, and none is taken out.`,
    );
  },
  advice: (_name, facts) => [
    'Remove the listener when its work is done, on failure too: removeEventListener / off in finally, or { once: true } for what fires once. Raising the maximum with setMaxListeners only hides it.',
    ...(holderLike(facts, /AbortSignal|AbortController/)
      ? [
          'Give each piece of work an AbortController of its own, pass { signal } to what it starts, and abort it in finally: all that listens on it goes with it.',
          'Let it follow the long-lived signal by one listener that finally removes; AbortSignal.any on an old Node, or kept by its results, gathers too.',
        ]
      : [
          'Pass { signal } of an AbortController that belongs to the piece of work, and abort it at the end: that removes the listener.',
          'Subscribe once, outside the loop or the request, and hand on by an id.',
        ]),
  ],
};
