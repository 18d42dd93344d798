/** What the steps of an agent are called, in the reader's language. */
import type { SpanKind } from '../src/protocol/recording.ts';
import { t } from './text.ts';

export interface StepWords {
  /** One of them, as the name of a column. */
  one(): string;
  /** All of them, as the name of an axis or a lane. */
  many(): string;
  /** `model call 7`, `model call 13-24` */
  numbered(number: number | string): string;
  /** `12 model calls` */
  counted(count: string): string;
}

const WORDS: Readonly<Record<SpanKind, StepWords>> = {
  session: {
    one: () => t('Session'),
    many: () => t('sessions'),
    numbered: (number) => t('session {0}', number),
    counted: (count) => t('{0} sessions', count),
  },
  run: {
    one: () => t('Run'),
    many: () => t('runs'),
    numbered: (number) => t('run {0}', number),
    counted: (count) => t('{0} runs', count),
  },
  step: {
    one: () => t('Step'),
    many: () => t('steps'),
    numbered: (number) => t('step {0}', number),
    counted: (count) => t('{0} steps', count),
  },
  model: {
    one: () => t('Model call'),
    many: () => t('model calls'),
    numbered: (number) => t('model call {0}', number),
    counted: (count) => t('{0} model calls', count),
  },
  tool: {
    one: () => t('Tool call'),
    many: () => t('tool calls'),
    numbered: (number) => t('tool call {0}', number),
    counted: (count) => t('{0} tool calls', count),
  },
};

/** @param kind none: the steps that the program, or who started it, tells */
export function stepWords(kind: SpanKind = 'step'): StepWords {
  return WORDS[kind];
}
