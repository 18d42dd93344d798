const recent = [];
const seen = new Map();

function prompt(n) {
  let text = '';
  for (let i = 0; i < 300; i++) text += `line ${i} of prompt ${n}: ${'word '.repeat(i % 9)}\n`;
  return text;
}

function answer(text) {
  const lines = text.split('\n').filter((line) => line.includes('word'));
  return lines.map((line) => line.slice(0, 24).toUpperCase()).join(';');
}

async function main() {
  for (let n = 0; n < 60000; n++) {
    const text = answer(prompt(n));
    recent.push(text);
    if (recent.length > 20) recent.shift();
    const topic = `topic ${(n * 7919) % 500}`;
    seen.set(topic, (seen.get(topic) ?? 0) + 1);
    if (n % 200 === 199) {
      await new Promise((resolve) => setImmediate(resolve));
      console.log(`step ${n + 1}`);
    }
  }
}

await main();
