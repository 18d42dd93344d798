import { classLike, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const CLASSES =
  /(Agent|Session|Conversation|Planner|Worker|Orchestrator|Assistant|Bot|Run|Task|Context|Controller|Service)(Impl)?$/;

const NAMES =
  /callbacks?|hooks?|handlers?|tasks?|thunks?|actions?|jobs?|closures?|cleanups?|disposers?|finali[sz]ers?|undo|retr(y|ies)/;

export const capturedAgent: Rule = {
  id: 'captured-agent',
  title: 'Closures that capture the agent',
  matches(facts) {
    const { kind, functionEntries, functions } = facts;
    if (kind === 'listeners' || kind === 'timers' || kind === 'promise-chain') return undefined;
    const agent = classLike(facts, CLASSES);
    const named = wordLike(facts.own, NAMES);
    // Functions that an object has for itself are not what holds it.
    if (agent && !agent.isEntry && (functionEntries > 0.4 || (kind === 'closure' && functions > 0)))
      return match(0.9, `Functions are kept that refer to a whole \`${agent.className}\`.`);
    return match(
      named && kind !== 'closure' && functionEntries > 0.4 ? 0.8 : 0,
      `\`${named}\` keeps functions, with all that they refer to.`,
    );
  },
  advice: (name) => [
    `Take functions out of ${name} when they have been called, or their owner is done.`,
    'Let the function refer to what it needs (an id, a number, a string) and not to the agent: all closures of one scope share what any of them uses.',
    'Where it needs the agent itself, hold it by a WeakRef, and do nothing when deref() gives undefined.',
    'Set large local variables to undefined before a long-lived closure is made beside them.',
  ],
};
