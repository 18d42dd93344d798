import type { AsyncLocalStorage } from 'node:async_hooks';
import type { AgentLog, Place } from './log.ts';

/** Tells where code runs by what a framework keeps of its own. */
export type Ambient = () => Here | undefined;

export interface Here {
  parent?: number;
  session?: string;
  /** What is seen here is part of a model call that is known already. */
  hides?: boolean;
  /** That call, where it is known by our own context. */
  call?: Place;
}

/** Sessions and runs, told apart by async context. */
export class Context {
  readonly storage: AsyncLocalStorage<Place>;
  private readonly ambients: Ambient[] = [];

  constructor(
    readonly log: AgentLog,
    private readonly hooks: typeof import('node:async_hooks'),
  ) {
    this.storage = new hooks.AsyncLocalStorage<Place>();
    const [major] = process.versions.node.split('.').map(Number);
    this.isFree = major >= 24 && !process.execArgv.includes('--no-async-context-frame');
  }

  /**
   * Whether to enter a context where nobody asks for it costs nothing: from Node 24 on, and before, where the program
   * has async contexts of its own. Else all its promises would pay.
   */
  isFree: boolean;
  /** A request that comes in is a run where the program asks models: others get no context from us. */
  asksModels = false;

  /** Looks whether the program has come to use async contexts. */
  look(): void {
    if (this.isFree) return;
    // Without hooks on promises there are no ids in their jobs.
    Promise.resolve().then(() => {
      this.isFree ||= this.hooks.executionAsyncId() !== 0;
    });
  }

  /** Asked in this order, where we have no context of our own. */
  addAmbient(ambient: Ambient): void {
    this.ambients.push(ambient);
  }

  /** Where the code that calls us runs. */
  here(): Here {
    const place = this.storage.getStore();
    const own = place && this.of(place);
    for (const ambient of this.ambients) {
      const found = ambient();
      if (found)
        return { ...found, parent: found.parent ?? own?.parent, session: found.session ?? own?.session };
    }
    return own ?? {};
  }

  private of(place: Place): Here {
    const { session, over } = place;
    if (over) return { session };
    if (!place.id && place.since !== undefined)
      place.id = this.log.begin({ kind: place.kind, at: place.since, session });
    const call = place.kind === 'model' ? place : undefined;
    return { parent: place.id, session, hides: call !== undefined, call };
  }

  stop(): void {
    this.storage.disable();
    this.ambients.length = 0;
  }
}
