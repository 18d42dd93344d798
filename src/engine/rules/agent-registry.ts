import { below, isCollection, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const CLASSES =
  /(Agent|Planner|Worker|Actor|Orchestrator|Assistant|Supervisor|Coordinator|Researcher|Critic|Reviewer|Writer|Crew|Swarm|Bot)(Impl|Node)?$/;
const NAMES =
  /registr(y|ies)|agents?|actors?|workers?|instances|members|team|crew|swarm|peers|children|subagents?|directory|roster|participants/;

export const agentRegistry: Rule = {
  id: 'agent-registry',
  title: 'Agents that refer to each other, held by a registry',
  matches(facts) {
    if (!isCollection(facts) && facts.kind !== 'linked-list') return undefined;
    const agents = facts.classes.filter(({ className }) => CLASSES.test(className));
    if (!agents.length) return undefined;
    const named = wordLike(facts.own, NAMES) ?? wordLike(facts.around, NAMES);
    const classes = agents.slice(0, 3).map(({ className }) => `\`${className}\``);
    const fit = agents.length > 1 ? (named ? 0.92 : 0.8) : named ? 0.86 : 0.7;
    return match(
      fit - below(agents[0]),
      `It gains ${classes.join(' and ')}: one that is registered keeps all that it refers to.`,
    );
  },
  advice: (name) => [
    `Unregister: take an agent out of ${name} when its run ends, in finally or dispose. Agents that refer to each other go together, but not as long as one of them is registered.`,
    'Where others own the agents, a registry of WeakRefs (with a FinalizationRegistry that removes the empty entries) or a WeakMap keyed by the agent does not keep them.',
    'Let agents know each other by id, and ask the registry; a child needs no strong reference to its parent.',
  ],
};
