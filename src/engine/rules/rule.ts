import type { RuleFacts } from './facts.ts';

/** Something that agents commonly suffer from. Its page is media/rules/ID.md. */
export interface Rule {
  id: string;
  /** As a heading. */
  title: string;
  /** How well a finding fits; undefined where it does not. */
  matches(facts: RuleFacts): RuleMatch | undefined;
  /** What the field does about it, most to the point first. @param name the container's, in backticks */
  advice(name: string, facts: RuleFacts): string[];
}

export interface RuleMatch {
  /** 0 to 1. */
  fit: number;
  /** A sentence for the finding's reasons; names from the program between backticks. */
  why: string;
}

/** A match as said in one expression: nothing where `fit` is 0. */
export function match(fit: number, why: string): RuleMatch | undefined {
  return fit > 0 ? { fit, why } : undefined;
}
