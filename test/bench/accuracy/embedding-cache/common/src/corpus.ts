const WORDS = ['memory', 'agent', 'vector', 'graph', 'token', 'prompt', 'tool', 'trace', 'batch', 'model'];

export function chunksOf(document: number): string[] {
  return Array.from({ length: 4 }, (_, chunk) =>
    Array.from({ length: 30 }, (_, i) => WORDS[(document * 7 + chunk * 3 + i * i) % WORDS.length] + ((document + i) % 97)).join(' ') + ` #${document}.${chunk}`,
  );
}
