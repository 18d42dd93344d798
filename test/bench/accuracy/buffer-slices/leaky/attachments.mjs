export class Attachments {
  #previews = new Map();

  add(name, body) {
    this.#previews.set(name, body.subarray(0, 64)); // leak: store cause
  }

  overview() {
    return [...this.#previews].map(([name, preview]) => `${name}: ${preview.toString('latin1', 0, 24)}`);
  }
}
