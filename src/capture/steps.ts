import { StringDecoder } from 'node:string_decoder';

/** Longest line that is looked at, in UTF-16 units. */
const MAX_LINE = 65_536;

/** Finds the lines of an output that end a step, piece by piece. */
export class StepLines {
  private readonly decoder = new StringDecoder('utf8');
  private line = '';

  /** @param onStep called with the text that matched */
  constructor(
    private readonly pattern: RegExp,
    private readonly onStep: (name: string) => void,
  ) {}

  write(chunk: Uint8Array): void {
    const pieces = this.decoder
      .write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
      .split('\n');
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) this.endLine();
      if (this.line.length < MAX_LINE) this.line += piece.slice(0, MAX_LINE - this.line.length);
    }
  }

  private endLine(): void {
    const line = this.line.endsWith('\r') ? this.line.slice(0, -1) : this.line;
    this.line = '';
    // A pattern with the flag g or y remembers where it was.
    this.pattern.lastIndex = 0;
    const match = this.pattern.exec(line);
    if (match) this.onStep(match[0].slice(0, 200));
  }
}
