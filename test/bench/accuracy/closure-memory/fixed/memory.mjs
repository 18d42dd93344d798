class Fact {
  constructor(text) {
    this.text = text;
    this.words = text.split(' ').map((word) => ({ word, weight: 1 / word.length }));
    this.usedAt = 0;
  }
}

export function createMemory() {
  const facts = new Map();
  let clock = 0;

  return {
    remember(key, text) {
      facts.set(key, new Fact(text));
      if (facts.size > 80) facts.delete(facts.keys().next().value);
    },
    recall(key) {
      const fact = facts.get(key);
      if (fact) fact.usedAt = ++clock;
      return fact;
    },
  };
}
