export class Attachments {
  #previews = new Map();

  add(name, body) {
    this.#previews.set(name, body.toString('latin1', 0, 24));
    if (this.#previews.size > 100) this.#previews.delete(this.#previews.keys().next().value);
  }

  overview() {
    return [...this.#previews].map(([name, preview]) => `${name}: ${preview}`);
  }
}
