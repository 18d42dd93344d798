import { below, isCollection, shapeWith, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const NAMES =
  /pending|waiters?|waiting|flight|inflight|deferreds?|promises?|resolvers?|awaiting|outstanding|continuations?|acks?|rpcs?/;

const QUEUES = /(\w*)queues?|backlog|pending|outbox/;

export const unsettledPromises: Rule = {
  id: 'unsettled-promises',
  title: 'Promises that never settle',
  matches(facts) {
    if (facts.kind === 'promise-chain')
      return match(0.9, 'Promises hang on each other, and the first of them is not done.');
    if (facts.kind === 'listeners' || facts.kind === 'timers') return undefined;
    const named = wordLike(facts.own, NAMES);
    const waits = shapeWith(facts, ['resolve', 'reject'], ['promise', 'resolve']);
    if (waits)
      return match(
        (named ? 0.95 : 0.9) - below(waits),
        `It gains objects with \`${waits.keys.join('` and `')}\`: calls that nobody answered.`,
      );
    if (facts.promiseEntries > 0.4) return match(named ? 0.92 : 0.75, 'It gains promises, and keeps them.');
    const queue = wordLike(facts.around, QUEUES);
    if (queue && facts.promises > 0 && isCollection(facts))
      return match(0.7, `\`${queue}\` gains work with its promise, and none of it is done.`);
    return match(
      named && facts.functionEntries > 0.4 ? 0.85 : 0,
      `\`${named}\` gains functions that wait for an answer.`,
    );
  },
  advice: (name) => [
    'Give each wait an end: a timeout (AbortSignal.timeout) or a rejection when the connection closes or the session ends.',
    `Delete the entry from ${name} in finally, whether it was answered, failed or timed out.`,
    'Promise.race leaves the losers waiting: with a promise that lives long, each race adds a reaction to it. Race against a fresh one, or use a signal.',
    'Do not chain onto one promise forever (tail = tail.then(...)): await in a loop, or start afresh when the queue is empty.',
  ],
};
