export class Session {
  constructor(id, { name, capabilities }) {
    this.id = id;
    this.client = name;
    this.capabilities = new Set(capabilities);
    this.log = [];
    this.lastUsed = Date.now();
  }

  call(tool, q) {
    this.lastUsed = Date.now();
    const hits = [1, 2, 3].map((rank) => ({ rank, title: `${q} ${rank} for ${this.client}` }));
    this.log.push({ tool, q, hits });
    return hits;
  }
}
