export class Job {
  constructor(id, document) {
    this.id = id;
    this.document = document;
    this.lines = document.split(' ');
    this.cancelled = false;
  }

  async run(signal) {
    const cancel = () => this.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await this.summarize();
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async summarize() {
    const kept = [];
    for (const line of this.lines) {
      if (this.cancelled) break;
      if (line.length > 3) kept.push(line);
      if (kept.length % 16 === 0) await null;
    }
    return kept.join(' ');
  }

  cancel() {
    this.cancelled = true;
  }
}
