export class Attachments {
  #previews = new Map();

  add(name, body) {
    this.#previews.set(name, body.toString('latin1', 0, 24));
  }

  overview() {
    return [...this.#previews].map(([name, preview]) => `${name}: ${preview}`);
  }
}
