import { below, classLike, isCollection, type RuleFacts, shapeWith, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const NAMES =
  /histor(y|ies)|messages?|conversations?|transcripts?|turns?|chats?|dialog(ue)?s?|memor(y|ies)|scratchpad|exchanges?|replies|observations?/;
const CLASSES = /(^|[a-z])(Message|Msg|Turn|ChatEntry|Utterance)(Chunk|Param|Impl)?$/;

export const conversationHistory: Rule = {
  id: 'conversation-history',
  title: 'Conversation history without a window',
  matches(facts) {
    const isList = facts.kind === 'array' || facts.kind === 'linked-list' || facts.kind === 'set';
    if (!isList && !isCollection(facts)) return undefined;
    // Keyed by session or request, the sessions are what is never let go.
    const less = isList ? 0 : 0.2;
    const named = wordLike(facts.own, NAMES);
    const held = wordLike(facts.around, NAMES);
    const what = messages(facts);
    if (what)
      return match(
        (named ? 0.95 : held ? 0.85 : 0.75) - less - below(what),
        `It gains messages: ${what.text}.`,
      );
    return match(named && isList ? 0.6 : 0, `\`${named}\` is what keeps the course of a conversation.`);
  },
  advice: (name) => [
    `Give ${name} a window: keep the system prompt and the latest messages within a token budget, and drop what is older at each step.`,
    'Replace what falls out by a summary (compaction), so that the agent still knows it; large tool results can go first, leaving a reference.',
    'What must be kept for good belongs on disk or in a store that is asked, not in the process.',
    'Let the history go with its conversation: clear it when the session ends.',
  ],
};

function messages(facts: RuleFacts): { text: string; isEntry: boolean } | undefined {
  const found = classLike(facts, CLASSES);
  const shape = shapeWith(
    facts,
    ['role', 'content'],
    ['role', 'parts'],
    ['role', 'text'],
    ['role', 'message'],
    ['tool_call_id', 'content'],
  );
  const best = found?.isEntry || !shape ? found : shape;
  if (!best) return undefined;
  const text = 'keys' in best ? `objects with \`${best.keys.join('` and `')}\`` : `\`${best.className}\``;
  return { text, isEntry: best.isEntry };
}
