export class TtlCache {
  #entries = new Map();
  #timer;

  constructor(ttl) {
    this.ttl = ttl;
    this.#timer = setInterval(() => this.#sweep(), 200);
  }

  set(key, value) {
    this.#entries.set(key, { value, until: Date.now() + this.ttl });
  }

  get(key) {
    return this.#entries.get(key)?.value;
  }

  close() {
    clearInterval(this.#timer);
  }

  #sweep() {
    const now = Date.now();
    for (const [key, { until }] of this.#entries) {
      if (until > now) break;
      this.#entries.delete(key);
    }
  }
}
