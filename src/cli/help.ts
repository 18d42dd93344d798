/** The pages of `--help`. Plain text of at most 100 columns. */
import type { CommandSpec, OptionSpec } from './args.ts';
import { COMMANDS } from './commands.ts';
import { EXIT_HELP } from './exit.ts';

const ENVIRONMENT: [string, string][] = [
  ['NO_COLOR', 'no colours'],
  ['FORCE_COLOR', 'colours even where the output is no terminal'],
  ['HEAPLINE_DEBUG=1', 'errors with their stack'],
  ['NODE_OPTIONS', '--max-old-space-size=MB gives the analysis more memory'],
];

export function generalHelp(): string {
  return [
    "Heapline finds why an AI agent's memory grows, and the line that keeps it.",
    '',
    'Usage: heapline COMMAND [options]',
    '',
    columns(COMMANDS.map((c) => [c.name, c.summary])),
    '',
    'heapline COMMAND --help tells the options of one command; heapline --version, the version.',
    '',
    'Examples:',
    ...COMMANDS.filter((c) => ['run', 'attach', 'open', 'report'].includes(c.name)).map(
      (c) => `  ${c.examples[0][0]}`,
    ),
    '',
    "Exit codes: `run` passes on the program's own (128 + n for signal n). Otherwise:",
    columns(EXIT_HELP),
    '',
    'Environment:',
    columns(ENVIRONMENT),
    '',
  ].join('\n');
}

export function commandHelp(spec: CommandSpec): string {
  return [
    `heapline ${spec.name}: ${spec.summary}`,
    '',
    `Usage: heapline ${spec.name} ${spec.usage}`,
    '',
    ...(spec.details ? [...spec.details, ''] : []),
    'Options:',
    columns(spec.options.map((o) => [flagsOf(o), o.help])),
    '',
    'Examples:',
    ...spec.examples.flatMap(([command, meaning]) => [`  ${command}`, `      ${meaning}`]),
    '',
  ].join('\n');
}

function flagsOf(option: OptionSpec): string {
  const short = option.short ? `-${option.short}, ` : '    ';
  return `${short}--${option.name}${option.value ? ` ${option.value}` : ''}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(28, Math.max(...rows.map(([left]) => left.length)));
  return rows
    .map(([left, right]) =>
      left.length > width
        ? `  ${left}\n  ${' '.repeat(width)}  ${right}`
        : `  ${left.padEnd(width)}  ${right}`,
    )
    .join('\n');
}
