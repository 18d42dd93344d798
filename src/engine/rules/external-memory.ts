import { match, type Rule } from './rule.ts';

export const externalMemory: Rule = {
  id: 'external-memory',
  title: 'Buffers and memory outside the heap',
  matches({ kind, buffers, bend }) {
    if (kind === 'external-memory')
      return match(
        0.9,
        'What grows lies outside the JavaScript heap: buffers, WebAssembly or native objects.',
      );
    if (kind === 'listeners' || kind === 'timers' || bend > 1.5) return undefined;
    return match(buffers >= 0.6 ? 0.78 : 0, `${Math.round(100 * buffers)} % of the gain are buffers.`);
  },
  advice: (name, { kind }) => [
    'Free by hand what the package offers to free: free(), close(), dispose(), delete(), tensor.dispose(), or `using`. The garbage collector does not see how much WebAssembly and native code hold.',
    'Make encoders, tokenizers, models and images once and use them again, rather than for each call.',
    'A small view keeps its whole buffer: copy the part that you keep, with Buffer.from(slice) or slice() of the typed array.',
    kind === 'external-memory'
      ? 'Join or write out chunks of streams as they come, rather than gathering them.'
      : `Join or write out chunks as they come, rather than gathering them in ${name}.`,
  ],
};
