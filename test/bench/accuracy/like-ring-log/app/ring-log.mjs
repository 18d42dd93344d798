export class RingLog {
  constructor(size) {
    this.size = size;
    this.entries = [];
    this.next = 0;
  }

  write(level, text, data) {
    const entry = { level, text, data, at: new Date() };
    if (this.entries.length < this.size) this.entries.push(entry);
    else this.entries[this.next] = entry;
    this.next = (this.next + 1) % this.size;
  }

  newest(n) {
    return Array.from({ length: Math.min(n, this.entries.length) }, (_, i) => this.entries.at(this.next - 1 - i));
  }
}
