/** What names, keys and fields tell of agents and sessions. */

/** Whom pools are of. */
const WORDS = new Set([
  'session',
  'agent',
  'conversation',
  'chat',
  'dialog',
  'dialogue',
  'thread',
  'assistant',
  'bot',
  'copilot',
  'checkpoint',
  'checkpointer',
  'tenant',
]);
/** What a container's name ends in besides: `activeSessionsById`, `agentPool`. */
const CONTAINER_NOUNS = new Set(
  'map cache pool store registry table list index set items entries dict dictionary lookup lru manager memory db saver'.split(
    ' ',
  ),
);
/** The same, of an entry's class: `AgentState`, `SessionEntry`. */
const ENTRY_NOUNS = new Set(
  'state context runtime entry record data info handle instance wrapper impl object model client runner executor worker'.split(
    ' ',
  ),
);
/** Who of that name is something else: `HttpsProxyAgent`, `userAgent`. */
const OTHER_AGENTS = new Set('http https proxy tunnel socks user tls worker'.split(' '));

/** `activeSessionsById` -> `active`, `sessions`, `by`, `id`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);
}

function isAgentWord(words: string[], nouns: ReadonlySet<string>): boolean {
  const by = words.indexOf('by');
  const left = by > 0 ? words.slice(0, by) : [...words];
  while (left.length > 1 && nouns.has(singular(left[left.length - 1]))) left.pop();
  const last = singular(left[left.length - 1] ?? '');
  if (last === 'agent' && OTHER_AGENTS.has(left[left.length - 2])) return false;
  return WORDS.has(last);
}

function singular(word: string): string {
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/, '');
}

/** Whether a container of that name holds agents or sessions: `sessions`, `agentPool`, `threadsById`; not `sessionEvents`. */
export function namesPool(name: string): boolean {
  return isAgentWord(wordsOf(name), CONTAINER_NOUNS);
}

/** Whether an object of that class keeps agents or sessions: `SessionStore`, `AgentPool`; not `Agent`. */
export function namesKeeper(className: string): boolean {
  if (/^(InMemory|Memory|Base)?(Saver|Checkpoint(er|Saver))$|MemorySaver$/.test(className)) return true;
  const words = wordsOf(className);
  return (
    words.length > 1 && CONTAINER_NOUNS.has(words[words.length - 1]) && isAgentWord(words, CONTAINER_NOUNS)
  );
}

/** Whether something of that class is an agent or a session: `ChatSession`, `AgentState`; not `SessionEvent`. */
export function namesEntry(className: string): boolean {
  return /^[\w$]+$/.test(className) && isAgentWord(wordsOf(className), ENTRY_NOUNS);
}

const CONTENT =
  /^[_#]?(messages|history|chat_?history|conversation|conversations|transcript|turns|memory|agent|agents|llm|tools|model|system_?prompt|prompt|scratchpad|checkpoints?|transport|session|last_?(used|seen|access(ed)?|active|activity)(_?at)?|expires(_?at)?)$/i;
const OWN_ID = /^[_#]?(session|thread|conversation|chat|agent)_?id$/i;

/** How much the fields of an entry are those of an agent or session: a field counts one, an id of its own two. */
export function contentScore(fields: Iterable<string>): number {
  let score = 0;
  for (const field of fields) score += OWN_ID.test(field) ? 2 : CONTENT.test(field) ? 1 : 0;
  return score;
}

/** A field that only what belongs to an agent or session has: not `model` or `messages`, as a cache of answers has. */
export function isOwnField(name: string): boolean {
  return OWN_ID.test(name) || /^[_#]?(session|agents?|conversations?|transport)$/i.test(name);
}

/** A field whose text is the name of a session, where it is one at all: `sessionId`. */
export function isOwnIdField(name: string): boolean {
  return OWN_ID.test(name);
}

/** A field whose text may be the name of the session that the object belongs to, if that is one that nothing else has. */
export function isIdField(name: string): boolean {
  return /^[_#]?(id|key|name|uuid|sid)$/i.test(name);
}

/** A field that tells when something was last used. */
export function isTimeField(name: string): boolean {
  return /^[_#]?(last_?(used|seen|access(ed)?|active|activity|touch(ed)?|message|modified)|updated|accessed|touched)(_?(at|on|time|ts|date|ms))?$/i.test(
    name,
  );
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
/** Paths, URLs, dotted names, languages: keys of tables that the program comes with. */
const NO_ID = /[\\/]|^\.|^[a-z]{2}(-[A-Z]{2})?$|^[a-z][\w-]*(\.[\w-]+)*\.[a-z][\w-]*(\.[\w-]+)*$|\s/i;

export type KeyLook = 'ids' | 'names' | 'paths' | 'none';

/** What keys look like: ids that are made as the program goes, plain names, or names of files, routes and texts. */
export function lookOfKeys(keys: readonly string[]): KeyLook {
  if (!keys.length) return 'none';
  const share = (test: (key: string) => boolean): number => keys.filter(test).length / keys.length;
  if (share((key) => UUID.test(key) || /^\d+$/.test(key)) >= 0.8) return 'ids';
  if (share((key) => NO_ID.test(key)) >= 0.5) return 'paths';
  if (share(isToken) >= 0.8) return 'ids';
  // One kind of name with a number in it: session-41, user:7.
  const templates = new Map<string, number>();
  for (const key of keys) {
    if (!/\d/.test(key)) continue;
    const template = key.replace(/[\da-f]{8,}/gi, '#').replace(/\d+/g, '#');
    templates.set(template, (templates.get(template) ?? 0) + 1);
  }
  const commonest = Math.max(0, ...templates.values());
  return commonest >= 0.5 * keys.length && commonest >= 2 ? 'ids' : 'names';
}

/** Made at random: long, of letters and digits that go to and fro. */
function isToken(key: string): boolean {
  if (/^[\w:@.+-]{1,40}[@][\w.-]+$/.test(key) || /^[\da-f]{8,}$/i.test(key)) return true;
  return key.length >= 12 && /^[\w:.+=-]+$/.test(key) && (key.match(/\d/g)?.length ?? 0) >= 2;
}

/** Of a key made of several parts, as LangGraph's savers have them, the first; else the key. */
export function ownerOfKey(key: string): string {
  if (!key.startsWith('["')) return key;
  try {
    const parts: unknown = JSON.parse(key);
    return Array.isArray(parts) && typeof parts[0] === 'string' ? parts[0] : key;
  } catch {
    return key;
  }
}
