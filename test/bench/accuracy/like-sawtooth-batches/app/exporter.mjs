export class BatchExporter {
  sent = 0;
  #batch = [];

  constructor(size) {
    this.size = size;
  }

  add(span) {
    this.#batch.push(span);
    if (this.#batch.length >= this.size) this.flush();
  }

  async flush() {
    const batch = this.#batch;
    this.#batch = [];
    const body = JSON.stringify(batch);
    await new Promise((resolve) => setImmediate(resolve));
    this.sent += batch.length;
    return body.length;
  }
}
