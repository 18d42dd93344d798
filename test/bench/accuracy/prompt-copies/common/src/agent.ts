import type { RunLog } from './run-log';

const POLICY = Array.from({ length: 60 }, (_, i) => `Rule ${i}: be fair, be brief, and never promise what rule ${(i * 7) % 60} forbids.`);

export class Agent {
  constructor(private readonly log: RunLog) {}

  async run(question: string): Promise<string> {
    const prompt = [`Today is day ${Date.now()}.`, ...POLICY, question].join('\n');
    await Promise.resolve();
    const answer = `Refund granted (${prompt.length} characters read).`;
    this.log.note(prompt, answer);
    return answer;
  }
}
