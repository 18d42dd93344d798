/** One session per customer who is in a conversation with the desk. */
import type { Message } from './chat.ts';
import { prose } from './text.ts';

/** Messages that a session shows to its customer again. */
const TRANSCRIPT = 20;

export class Session {
  readonly customer: string;
  /** What the shop knows of the customer. */
  readonly profile: { name: string; language: string; orders: string[] };
  readonly transcript: Message[] = [];
  lastRequest = 0;

  constructor(customer: string, language: string, seed: number) {
    this.customer = customer;
    this.profile = {
      name: `Customer ${customer}`,
      language,
      orders: [0, 1, 2].map((order) => `${customer}-${order}: ${prose(seed * 3 + order, 700)}`),
    };
  }

  add(...messages: Message[]): void {
    this.transcript.push(...messages);
    if (this.transcript.length > TRANSCRIPT) this.transcript.splice(0, this.transcript.length - TRANSCRIPT);
  }
}

export class SessionStore {
  private readonly sessions = new Map<string, Session>();
  private readonly maxIdle: number;

  /** @param maxIdle a session is closed when this many requests came without one of its own */
  constructor(maxIdle: number) {
    this.maxIdle = maxIdle;
  }

  /** The customer's session, a new one where there is none. */
  open(customer: string, language: string, request: number): Session {
    let session = this.sessions.get(customer);
    if (!session) {
      session = new Session(customer, language, request);
      this.sessions.set(customer, session); // leak:sessions
    }
    session.lastRequest = request;
    return session;
  }

  /** Closes the sessions that have been idle for too long. */
  sweep(request: number): void {
    for (const [customer, session] of this.sessions) {
      if (request - session.lastRequest > this.maxIdle) this.sessions.delete(customer);
    }
  }
}
