/** What is still alive of sessions that are over: entries by their names, and objects that bear them. */
import type { EntryReader } from '../../analysis/entries.ts';
import { foldStore } from '../../analysis/growth-owners.ts';
import type { HeapGraph } from '../../heap/graph.ts';
import type { ClosedSessions, HeldEvidence, HeldSession } from '../../protocol/sessions.ts';
import { nameOfClass } from '../node-names.ts';
import { type HeldHeap, howHeld } from '../owner-facts.ts';
import type { SeenSession } from './seen-sessions.ts';
import { outermost, type Sizes } from './sizes.ts';
import { isIdField, isOwnIdField, ownerOfKey } from './words.ts';

/** What a session may leave behind: a line in a log, a row in a table of names. */
const LEAST_HELD = 1000;
const MOST_HELD = 20;
const MOST_THROUGH = 4;
/** In a container with so many keys that are names of sessions, short names count, too. */
const SEEN_KEYS = 3;
const SEEN_SHARE = 0.3;

interface Part {
  node: number;
  session: string;
  /** Of an entry, what it is in; else what keeps it. */
  container: number;
  evidence: HeldEvidence;
}

/**
 * Of the sessions that were over by then, what is alive. Undefined where none was seen to end.
 * @param at when the snapshot was, in milliseconds since the recording began
 */
export function closedSessions(
  held: HeldHeap,
  reader: EntryReader,
  { retained }: Sizes,
  sessions: ReadonlyMap<string, SeenSession>,
  at: number,
): ClosedSessions | undefined {
  const ended = [...sessions].filter(([, { ended }]) => ended !== undefined).map(([name]) => name);
  if (!ended.length) return undefined;
  const over = new Set(ended);
  const parts = [...byKey(held, reader, sessions, over), ...byField(held, reader, over)];
  const { heap } = held;
  const outer = new Set(
    outermost(
      heap,
      parts.map(({ node }) => node),
    ),
  );
  const bySession = new Map<string, Part[]>();
  const counted = new Set<number>();
  for (const part of parts) {
    if (!outer.has(part.node) || counted.has(part.node)) continue;
    counted.add(part.node);
    bySession.set(part.session, [...(bySession.get(part.session) ?? []), part]);
  }
  const names = new Names(held);
  const all = [...bySession]
    .map(([session, own]) => ({
      session,
      own,
      bytes: own.reduce((sum, { node }) => sum + retained[node], 0),
    }))
    .filter(({ bytes }) => bytes >= LEAST_HELD)
    .sort((a, b) => b.bytes - a.bytes);
  return {
    closed: over.size,
    released: over.size - all.length,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    heldCount: all.length,
    held: all.slice(0, MOST_HELD).map(
      ({ session, own, bytes }): HeldSession => ({
        session,
        endedAgoMs: at - sessions.get(session)!.ended!,
        bytes,
        through: through(own, retained, names),
      }),
    ),
  };
}

function through(parts: readonly Part[], retained: ArrayLike<number>, names: Names): HeldSession['through'] {
  const found = new Map<number, HeldSession['through'][number]>();
  for (const { node, container, evidence } of parts) {
    const before = found.get(container);
    if (before) before.bytes += retained[node];
    else found.set(container, { ...names.of(container), bytes: retained[node], evidence });
  }
  return [...found.values()].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_THROUGH);
}

/** Names of containers: each is looked for once. */
class Names {
  private readonly known = new Map<number, { name: string; className: string; nodeId: number }>();

  constructor(private readonly held: HeldHeap) {}

  of(node: number): { name: string; className: string; nodeId: number } {
    let found = this.known.get(node);
    if (!found) {
      const { graph } = this.held.heap;
      const { display, className } = howHeld(this.held, node, 'map');
      found = { name: display || nameOfClass(graph, node), className, nodeId: graph.nodeIds[node] };
      this.known.set(node, found);
    }
    return found;
  }
}

/** A name that hardly anything else bears: `41` may be the key of anything. */
function isDistinctive(name: string): boolean {
  return name.length >= 8 || (name.length >= 4 && /\d/.test(name) && /[a-z]/i.test(name));
}

function byKey(
  { heap: { graph } }: HeldHeap,
  reader: EntryReader,
  sessions: ReadonlyMap<string, unknown>,
  over: ReadonlySet<string>,
): Part[] {
  const parts: Part[] = [];
  const mayHave = fieldsAmong(graph, sessions);
  for (let node = 0; node < graph.nodeCount; node++) {
    const kind = reader.kindOf(node);
    if (kind !== 'map' && kind !== 'dictionary' && kind !== 'lru') continue;
    if (kind === 'dictionary' && !mayHave(node)) continue;
    let keys = 0;
    let seen = 0;
    const own: Part[] = [];
    for (const { key, value } of reader.read(node, kind)) {
      if (key === undefined) continue;
      keys++;
      const session = ownerOfKey(key);
      if (!sessions.has(session)) continue;
      seen++;
      if (over.has(session)) own.push({ node: value, session, container: node, evidence: 'key' });
    }
    const isKept = seen >= SEEN_KEYS && seen >= SEEN_SHARE * keys;
    parts.push(...own.filter(({ session }) => isKept || isDistinctive(session)));
  }
  return parts;
}

/** Whether an object has a field of one of these names: of most plain objects without reading any. */
function fieldsAmong(
  graph: HeapGraph,
  names: { has(name: string): boolean; keys(): Iterable<string> },
): (node: number) => boolean {
  const property = graph.edgeTypeNames.indexOf('property');
  const element = graph.edgeTypeNames.indexOf('element');
  const numbers = new Set([...names.keys()].filter((name) => /^\d+$/.test(name)).map(Number));
  /** By text: 0 not looked at, 1 no, 2 yes. */
  const known = new Uint8Array(graph.strings.count);
  return (node) => {
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
      const name = graph.edgeNames[edge];
      if (graph.edgeTypes[edge] === element && numbers.has(name)) return true;
      if (graph.edgeTypes[edge] !== property) continue;
      if (known[name] === 0) known[name] = names.has(graph.strings.get(name)) ? 2 : 1;
      if (known[name] === 2) return true;
    }
    return false;
  };
}

function byField(held: HeldHeap, reader: EntryReader, over: ReadonlySet<string>): Part[] {
  const { graph } = held.heap;
  const property = graph.edgeTypeNames.indexOf('property');
  const object = graph.nodeTypeNames.indexOf('object');
  /** By text: 0 not looked at, 1 no, 2 a field that may bear a name, 3 one that bears a session's. */
  const fields = new Uint8Array(graph.strings.count);
  const parts: Part[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeTypes[node] !== object) continue;
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
      if (graph.edgeTypes[edge] !== property) continue;
      const name = graph.edgeNames[edge];
      if (fields[name] === 0) {
        const text = graph.strings.get(name);
        fields[name] = isOwnIdField(text) ? 3 : isIdField(text) ? 2 : 1;
      }
      if (fields[name] === 1) continue;
      const session = reader.textOf(graph.edgeTargets[edge]);
      if (session === undefined || !over.has(session)) continue;
      if (fields[name] === 2 && !isDistinctive(session)) continue;
      const container = foldStore(held.heap, held.heap.dominators[node]);
      parts.push({ node, session, container: container === 0 ? node : container, evidence: 'field' });
    }
  }
  return parts;
}
