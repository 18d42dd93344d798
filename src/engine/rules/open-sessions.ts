import { below, classLike, isCollection, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const CLASSES =
  /(Session|Conversation|Thread|Ticket|Visitor|Room|Workspace|Dialog(ue)?)(State|Data|Impl|Context)?$/;
const NAMES = /sessions?|conversations?|threads?|rooms?|users?|customers?|tenants?|visitors?|workspaces?/;
const WORK = /requests?|runs?|jobs?|tasks?|tickets?|active|open|inflight|calls?/;

export const openSessions: Rule = {
  id: 'open-sessions',
  title: 'Sessions that are never closed',
  matches(facts) {
    if (!isCollection(facts)) return undefined;
    const gained = classLike(facts, CLASSES);
    const named = wordLike(facts.own, NAMES);
    if (gained)
      return match(
        (named ? 0.94 : 0.82) - below(gained),
        `It gains \`${gained.className}\` with the work done, and lets none go.`,
      );
    if (named) {
      const keyed = facts.kind === 'map' || facts.kind === 'dictionary';
      return match(keyed ? 0.85 : 0.65, `\`${named}\` gains entries with the work done, and lets none go.`);
    }
    const work = wordLike(facts.own, WORK);
    return match(work ? 0.6 : 0, `\`${work}\` keeps work that has ended.`);
  },
  advice: (name) => [
    `Close what is over: delete it from ${name} when the client leaves, the run ends or fails (finally), and close what it holds.`,
    'Clients vanish without a word: end sessions that nobody used for some minutes (a time to live, looked after by one interval), and bound how many may be open.',
    'To go on later, write the session to a store and load it when it is asked for.',
  ],
};
