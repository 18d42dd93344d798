/** Markdown for hovers, made of text that a program's users may have written. Knows no editor. */
import { codeSpans, printable } from '../../protocol/wording.ts';

/** Longest sentence of a hover, in UTF-16 units. */
const MAX_SENTENCE = 600;

/** Text that Markdown takes as text: no markup, link, HTML, entity or list can arise in it. */
export function escaped(text: string): string {
  return printable(text, MAX_SENTENCE)
    .replace(/\s+/g, ' ')
    .replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** Text in which names between backticks are shown as code. */
export function withCode(text: string): string {
  return codeSpans(printable(text, MAX_SENTENCE))
    .map((span) => (span.code ? code(span.text) : escaped(span.text)))
    .join('');
}

/** A name as code. */
export function code(name: string): string {
  const text = printable(name).replace(/\s+/g, ' ');
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  // A space on each side is taken away again; without it a backtick at the edge would join the fence.
  return text.trim() ? `${fence} ${text} ${fence}` : '';
}

/** A link that runs a command. @param label trusted text of ours */
export function commandLink(label: string, command: string, args: unknown[]): string {
  const query = encodeURIComponent(JSON.stringify(args)).replace(
    /[()'*!~]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `[${escaped(label)}](command:${command}?${query})`;
}
