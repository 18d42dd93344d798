import { contextOf } from './context.mjs';

/** Tells now and then that a conversation is still there. */
export class Heartbeat {
  constructor(every) {
    this.every = every;
  }

  start() {
    const timer = setInterval(() => this.beat(), this.every); // leak: store
    timer.unref();
  }

  beat() {
    console.error(`${contextOf()?.user} is still there`);
  }

  stop() {
    this.stopped = true;
  }
}
