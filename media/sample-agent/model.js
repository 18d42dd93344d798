/** Stands in for a language model: it answers at once, and at length. */
const WORDS = 'the agent plans a step calls a tool reads the result and writes down what it has learnt'.split(
  ' ',
);

export async function complete(prompt) {
  const words = [];
  for (let i = 0; i < 200; i++) words.push(WORDS[(prompt.length * 31 + i * i) % WORDS.length]);
  return words.join(' ');
}
