import { chunksOf } from './corpus';
import { embed } from './rag/embed';

// Ranks documents as fast as it can: all of it is computing.
function similarity(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

async function rank(question: string, document: number): Promise<number> {
  const wanted = embed(question);
  let best = Number.NEGATIVE_INFINITY;
  for (const chunk of chunksOf(document)) best = Math.max(best, similarity(wanted, embed(chunk)));
  return best;
}

async function main(): Promise<void> {
  for (let document = 0; document < 9000; document++) {
    const score = await rank(`topic ${document % 12}`, document);
    if (!Number.isFinite(score)) throw new Error('no score');
    if (document % 100 === 99) {
      console.log(`step ${document + 1}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

main();
