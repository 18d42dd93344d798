import type { HeapReading } from '../../protocol/recording.ts';
import { type AgentRecord, nameOf, type ProcessRecord, type SpanBegun, type SpanFacts } from './records.ts';

/** Records that wait to be told. When so many have come, they are told at once. */
const MANY = 1000;

/**
 * Where code runs, by async context. It lives as long as what the program keeps of that context: so it is flat, and
 * holds nothing of the program's.
 */
export interface Place {
  /** Of the nearest span; 0 where it has none, or not yet. */
  id: number;
  kind: SpanBegun['kind'];
  session?: string;
  /** When it began, where its span is begun only with the first thing that belongs to it. */
  since?: number;
  over?: boolean;
  /** Requests under way that carry this call: it ends with the last of them, and with what they tell. */
  requests?: number;
  facts?: SpanFacts;
}

/** What is noted of a span when it begins. */
export type SpanStart = Omit<SpanBegun, 'type' | 'id' | 'at'> & { at?: number };

/** Notes spans: one small record each, in a buffer that is emptied often. */
export class AgentLog {
  private records: AgentRecord[] = [];
  private last = 0;
  private isOver = false;
  /** Runs and sessions under way, where they are told at once. */
  private readonly wide = new Set<number>();

  /**
   * @param tell takes records when there are many
   * @param measure the heap as it is; cheap
   * @param prompt tell also at once where a run or session begins or ends
   */
  constructor(
    readonly now: () => number,
    private readonly tell: (records: AgentRecord[]) => void,
    private readonly measure: () => HeapReading | undefined,
    private readonly prompt = false,
  ) {}

  begin({ at, name, parent, session, ...start }: SpanStart): number {
    const id = ++this.last;
    // Of what is past nothing can be read.
    const heap = at === undefined ? this.measure() : undefined;
    this.push({
      type: 'begin',
      id,
      at: at ?? this.now(),
      ...start,
      name: nameOf(name),
      parent: parent || undefined,
      session: nameOf(session),
      heap,
    });
    if (this.prompt && (start.kind === 'run' || start.kind === 'session')) {
      this.wide.add(id);
      if (this.wide.size > MANY) this.wide.delete(this.wide.values().next().value as number);
      this.tell(this.drain());
    }
    return id;
  }

  end(id: number, facts?: SpanFacts): void {
    this.push({ type: 'end', id, at: this.now(), ...facts, heap: this.measure() });
    if (this.wide.delete(id)) this.tell(this.drain());
  }

  process(record: ProcessRecord): void {
    this.push(record);
  }

  drain(): AgentRecord[] {
    const { records } = this;
    this.records = [];
    return records;
  }

  /** What the program's contexts still lead here is not kept any more. */
  stop(): void {
    this.isOver = true;
    this.records = [];
  }

  private push(record: AgentRecord): void {
    if (this.isOver) return;
    this.records.push(record);
    if (this.records.length >= MANY) this.tell(this.drain());
  }
}

/** Runs our own code within the program's: what fails there is no matter of the program's. */
export function quietly<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R | undefined {
  return (...args) => {
    try {
      return work(...args);
    } catch {
      return undefined;
    }
  };
}
