import { below, classLike, isCollection, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const CLASSES =
  /(Tool|Toolkit|ToolNode|Client|Model|LLM|Llm|Embeddings?|Retriever|Provider|Executor|Runnable\w*|Chain|Parser|Browser|Encoder|Tokenizer|Tiktoken)$|^(OpenAI|AzureOpenAI|Anthropic|Chat[A-Z]\w+|GoogleGenerativeAI|Ollama|Mistral|Groq|Axios)/;
const NOT = /^Chat(Message|Entry|Session|History|Turn)/;
const NAMES = /tool\w*|clients?|models?|plugins?|functions?|skills?|providers?|handlers?|instances|llms?/;

export const toolInstances: Rule = {
  id: 'tool-instances',
  title: 'A new tool or client for each call',
  matches(facts) {
    if (!isCollection(facts) && facts.kind !== 'linked-list') return undefined;
    const made = classLike(facts, CLASSES);
    const named = wordLike(facts.own, NAMES);
    if (made && !NOT.test(made.className))
      return match(
        (named ? 0.9 : 0.75) - below(made),
        `It gains \`${made.className}\` with the work done: one serves for all calls.`,
      );
    const tools = facts.shapes.find(
      ({ keys }) =>
        keys.includes('name') &&
        keys.includes('description') &&
        keys.some((key) =>
          /^(parameters|schema|inputSchema|input_schema|execute|func|invoke|handler|run|call)$/.test(key),
        ),
    );
    if (tools)
      return match(
        (named ? 0.92 : 0.75) - below(tools),
        'It gains tool definitions: those of one kind serve for all calls.',
      );
    const [entry] = facts.classes;
    if (wordLike(facts.own, /instances/) && entry?.isEntry)
      return match(0.7, `It gains \`${entry.className}\` with the work done.`);
    return match(
      named && facts.functionEntries > 0.4 ? 0.68 : 0,
      `\`${named}\` gains functions with the work done.`,
    );
  },
  advice: (name) => [
    'Make the tool or client once, at start-up, and hand it to each call; pass what differs between calls as arguments.',
    `Where it must be made per call, take it out of ${name} again and close it in finally.`,
    'Register by a name that stays the same, so that making it again replaces the one before.',
  ],
};
