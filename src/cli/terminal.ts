/** What a terminal can show. */
import { columns } from '../report/wrap.ts';

/** A stream of the process, or a stand-in for one. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** NO_COLOR (no-color.org) wins over FORCE_COLOR (as Node reads it), which wins over what the stream is. */
export function wantsColor(output: Output, env: Env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return Boolean(output.isTTY) && env.TERM !== 'dumb';
}

/** Columns to fit in; undefined where the output is a file or pipe, and nothing is cut. */
export function widthOf(output: Output): number | undefined {
  return output.isTTY ? Math.max(40, output.columns || 80) : undefined;
}

/** Cuts printable text to `width` columns, with `…` where it was cut. */
export function fit(text: string, width: number): string {
  if (text.length <= width && /^[\x20-\x7e]*$/.test(text)) return text;
  let used = 0;
  let fitted = '';
  let whole = true;
  for (const c of text) {
    const size = columns(c);
    if (used + size > width - 1) {
      whole = false;
      break;
    }
    fitted += c;
    used += size;
  }
  return whole || columns(text) <= width ? text : `${fitted}…`;
}

// ECMA-48 SGR parameters: on, off.
const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39] };

export type Painter = (style: keyof typeof STYLES, text: string) => string;

/** A function that styles text, or one that does not. */
export function painter(color: boolean): Painter {
  return (style, text) => {
    const [on, off] = STYLES[style];
    return color ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  };
}
