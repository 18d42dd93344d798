export class Vocabulary {
  constructor() {
    this.words = new Map();
  }

  get size() {
    return this.words.size;
  }

  read(text) {
    for (const word of text.split(' ')) {
      const known = this.words.get(word);
      if (known) known.count++;
      else this.words.set(word, { word, id: this.words.size, count: 1, forms: [word, word.toUpperCase()] });
    }
  }
}
