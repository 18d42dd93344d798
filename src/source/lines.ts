/**
 * Offsets and positions in a script, with V8's line ends: LF, CR LF, CR, U+2028, U+2029
 * (String::CalculateLineEnds in V8). Lines, columns and offsets count from 0, in UTF-16 units.
 */
export class LineTable {
  private readonly starts: Uint32Array;

  constructor(private readonly text: string) {
    const starts = [0];
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c !== 10 && c !== 13 && c !== 0x2028 && c !== 0x2029) continue;
      if (c === 13 && text.charCodeAt(i + 1) === 10) i++;
      starts.push(i + 1);
    }
    this.starts = Uint32Array.from(starts);
  }

  /** Undefined where the text has no such line; a column past the end is cut to it. */
  offsetOf(line0: number, column0: number): number | undefined {
    if (line0 < 0 || line0 >= this.starts.length) return undefined;
    const end = line0 + 1 < this.starts.length ? this.starts[line0 + 1] : this.text.length;
    return Math.min(this.starts[line0] + Math.max(0, column0), end);
  }

  positionOf(offset: number): { line0: number; column0: number } {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line0: low, column0: offset - this.starts[low] };
  }
}
