class RunRecord {
  constructor(
    readonly prompt: string,
    readonly answer: string,
    readonly at = new Date(),
  ) {}
}

export class RunLog {
  private runs: RunRecord[] = [];
  private total = 0;

  note(prompt: string, answer: string): void {
    this.total++;
    this.runs.push(new RunRecord(prompt, answer)); // leak: store
  }

  summary(): string {
    return `${this.total} runs, ${this.runs.length} kept`;
  }
}
