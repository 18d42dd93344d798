/** Texts such as agents keep, made from a number, so that millions of them need not be in memory. */

/** What a text is like: words as in messages, arguments of a tool call as JSON, a short key. */
export const PROSE = { words: 1, json: 2, key: 3 } as const;
export type Prose = (typeof PROSE)[keyof typeof PROSE];

/** V8 cuts longer ones in its files. */
export const MOST_LENGTH = 1024;

const WORDS =
  `the agent calls search with a query and reads results of every page then it writes down what was found in notes
  before planning next steps user asked for summary about memory growth across sessions tool returned error retry
  budget tokens context window model answer draft refund order invoice customer ticket escalate policy schedule
  calendar weather travel flight hotel compare price report chart table column filter deploy build test failed
  passed commit review branch merge stack trace line file function class object array map string number`
    .split(/\s+/)
    .concat(['"quoted"', 'new\nline', 'naïve', '用户', 'C:\\path', 'tab\there', '👍']);

/** The text of that kind for that seed: the same at every call, different for each seed. */
export function proseText(kind: Prose, seed: number, length: number): string {
  const tag = seed.toString(36);
  if (kind === PROSE.key) return `call_${tag}`;
  if (kind === PROSE.json) return `{"id":"${tag}","query":"${words(seed, length - 24)}"}`;
  return `${words(seed, length - tag.length - 3)} [${tag}]`;
}

function words(seed: number, length: number): string {
  let state = seed;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += `${WORDS[(state >>> 8) % WORDS.length]} `;
  }
  return text;
}
