import { onShutdown } from './shutdown';

interface Source {
  title: string;
  words: string[];
}

export class ResearchAgent {
  private readonly sources: Source[] = [];
  private unsaved = 0;

  constructor(private readonly topic: string) {
    onShutdown(() => this.flush()); // leak: cause
  }

  async read(title: string): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.sources.push({ title, words: `${title} says of ${this.topic} what is known`.split(' ') });
    this.unsaved++;
  }

  async flush(): Promise<void> {
    this.unsaved = 0;
  }

  async finish(): Promise<string> {
    await this.flush();
    return this.sources.map(({ words }) => words.join(' ')).join('\n');
  }
}
