/** Whether the program holds at its end: then nothing in it comes round any more, and nobody waits for that. */
export class Urgency {
  private holds = false;
  private readonly listeners = new Set<() => void>();

  get now(): boolean {
    return this.holds;
  }

  begin(): void {
    this.holds = true;
    for (const listener of this.listeners) listener();
  }

  /** True when the work was done in time; false, too, as soon as the program holds. */
  async within(ms: number, work: Promise<unknown>): Promise<boolean> {
    work.catch(() => {}); // it may fail after we stopped waiting
    if (this.holds) return false;
    let giveUp = (): void => {};
    const late = new Promise<false>((resolve) => {
      giveUp = () => resolve(false);
    });
    const timer = setTimeout(giveUp, ms);
    this.listeners.add(giveUp);
    try {
      return await Promise.race([work.then(() => true), late]);
    } finally {
      clearTimeout(timer);
      this.listeners.delete(giveUp);
    }
  }
}
