/** All rules, and which of them a finding matches. */
import type { Finding } from '../../protocol/findings.ts';
import type { SourceExcerpt } from '../../protocol/report.ts';
import { unticked } from '../../protocol/wording.ts';
import type { EntryFact } from '../owner-facts.ts';
import { agentRegistry } from './agent-registry.ts';
import { asyncContext } from './async-context.ts';
import { capturedAgent } from './captured-agent.ts';
import { conversationHistory } from './conversation-history.ts';
import { duplicatedPrompts } from './duplicated-prompts.ts';
import { externalMemory } from './external-memory.ts';
import { factsOf } from './facts.ts';
import { historyCopies } from './history-copies.ts';
import { listeners } from './listeners.ts';
import { openSessions } from './open-sessions.ts';
import { openTransports } from './open-transports.ts';
import type { Rule } from './rule.ts';
import { schemaRecompilation } from './schema-recompilation.ts';
import { toolInstances } from './tool-instances.ts';
import { traceRetention } from './trace-retention.ts';
import { unboundedCache } from './unbounded-cache.ts';
import { unclearedTimers } from './uncleared-timers.ts';
import { unsettledPromises } from './unsettled-promises.ts';

export const RULES: readonly Rule[] = [
  conversationHistory,
  historyCopies,
  duplicatedPrompts,
  toolInstances,
  agentRegistry,
  capturedAgent,
  openSessions,
  openTransports,
  unboundedCache,
  schemaRecompilation,
  traceRetention,
  listeners,
  asyncContext,
  unsettledPromises,
  unclearedTimers,
  externalMemory,
];

export function isRule(id: string): boolean {
  return RULES.some((rule) => rule.id === id);
}

/** A rule that fits less is not named: what is said in general about the kind is better than a wrong name. */
const FITS = 0.6;

/**
 * A finding with the rule that fits it best: its advice in place of the general one, its reason beside the others.
 * Where none fits, the finding as it is.
 * @param entries classes of what the container itself holds @param sources lines around its sites
 */
export function withRule(
  finding: Finding,
  entries: readonly EntryFact[],
  sources: readonly SourceExcerpt[],
): Finding {
  const facts = factsOf(finding, entries, sources);
  const [best] = RULES.map((rule) => ({ rule, match: rule.matches(facts) }))
    .flatMap(({ rule, match }) => (match && match.fit >= FITS ? [{ rule, match }] : []))
    .sort((a, b) => b.match.fit - a.match.fit);
  if (!best) return finding;
  const { id, title } = best.rule;
  return {
    ...finding,
    rule: { id, title },
    reasons: [...finding.reasons, best.match.why],
    advice: best.rule.advice(`\`${unticked(finding.owner.name)}\``, facts),
  };
}
