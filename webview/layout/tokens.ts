/** Enough of JavaScript's and TypeScript's words to colour one line of code. */

export type TokenKind = 'comment' | 'string' | 'number' | 'keyword' | 'plain';

export interface Token {
  kind: TokenKind;
  text: string;
  /** Column, from 0. */
  at: number;
}

const PATTERN =
  /(?<comment>\/\/.*|\/\*.*?(?:\*\/|$)|^\s*\*.*)|(?<string>'(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?|`(?:\\.|[^`\\])*`?)|(?<number>\b\d[\w.]*)|(?<keyword>(?<![.\w$])(?:abstract|as|async|await|break|case|catch|class|const|constructor|continue|default|delete|do|else|enum|export|extends|false|finally|for|from|function|get|if|implements|import|in|instanceof|interface|let|new|null|of|private|protected|public|readonly|return|set|static|super|switch|this|throw|true|try|type|typeof|undefined|var|void|while|yield)\b)/g;

/** The tokens of one line; together they are the line. */
export function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  const push = (kind: TokenKind, text: string, at: number): void => {
    if (text) tokens.push({ kind, text, at });
  };
  for (const match of line.matchAll(PATTERN)) {
    push('plain', line.slice(end, match.index), end);
    const kind = Object.entries(match.groups!).find(([, text]) => text !== undefined)![0] as TokenKind;
    push(kind, match[0], match.index);
    end = match.index + match[0].length;
  }
  push('plain', line.slice(end), end);
  return tokens;
}
