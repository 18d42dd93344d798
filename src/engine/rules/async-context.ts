import { type RuleFacts, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const CLASSES = /AsyncLocalStorage|AsyncContextFrame|AsyncResource|RunScope/;
const EDGES = /kResourceStore|async_context_frame|asyncContextFrame|kAsyncContextFrame|\[async_id_symbol\]/i;

export const asyncContext: Rule = {
  id: 'async-context',
  title: 'An async context (AsyncLocalStorage) that is never left',
  matches(facts) {
    if (facts.kind === 'listeners' || facts.kind === 'timers') return undefined;
    const held = heldByContext(facts);
    if (held)
      return match(0.9, `${held} holds it: the store lives as long as anything that was begun inside it.`);
    const context = facts.classes.find(({ className }) => CLASSES.test(className));
    if (!context) return undefined;
    const chained =
      facts.kind === 'linked-list' || facts.kind === 'promise-chain' || facts.kind === 'closure';
    return match(
      chained || wordLike(facts.own, /contexts?|stores?|als|resources?/) ? 0.86 : 0.6,
      `It gains \`${context.className}\`: contexts of work that has ended.`,
    );
  },
  advice: (name) => [
    'Use storage.run(store, fn), which ends with fn, rather than enterWith(), which goes on for all that follows.',
    'What lives long (connections, pools, timers, listeners, queues) takes along the context that it was begun in: start it outside, or inside storage.exit(() => ...).',
    `Keep ids in the store rather than requests, histories or agents, and take out of ${name} at the end what is large.`,
    'Do not start the next piece of work from within the one before (recursion, a chain of promises): each nests in the context of the last.',
  ],
};

function heldByContext({ holderClasses, edges }: RuleFacts): string | undefined {
  const holder = holderClasses.slice(1).find((className) => CLASSES.test(className));
  if (holder) return `\`${holder}\``;
  return edges.some((edge) => EDGES.test(edge)) ? 'An async context' : undefined;
}
