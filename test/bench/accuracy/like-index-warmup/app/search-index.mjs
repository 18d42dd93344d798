export class SearchIndex {
  constructor() {
    this.postings = new Map();
    this.documents = [];
  }

  add(id, text) {
    this.documents.push({ id, text });
    for (const word of text.split(' ')) {
      let list = this.postings.get(word);
      if (!list) this.postings.set(word, (list = []));
      list.push(id);
    }
  }

  search(query) {
    const lists = query.split(' ').map((word) => new Set(this.postings.get(word)));
    return lists.length ? [...lists[0]].filter((id) => lists.every((list) => list.has(id))) : [];
  }
}
