/** The command `heapline`, from its words to its exit code. */
import { type CommandSpec, nearest, parseWords, usage, Values } from './args.ts';
import { COMMANDS } from './commands.ts';
import { EXIT_OK } from './exit.ts';
import { commandHelp, generalHelp } from './help.ts';
import { ignore } from './ignore.ts';
import { classes, diff, open, path, report } from './inspect.ts';
import { type Call, type Io, newProgress } from './io.ts';
import { ledger } from './ledger.ts';
import { objects } from './objects.ts';
import { attach, run } from './record.ts';
import { rules } from './rules.ts';
import { sessions } from './sessions.ts';
import { tellError } from './tell.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';

const ACTIONS: Record<string, (call: Call) => Promise<number>> = {
  run,
  attach,
  open,
  diff,
  path,
  classes,
  objects,
  ledger,
  report,
  sessions,
  verify,
  ignore,
  rules,
};

/** Runs one command line. Never rejects: what fails is told on `stderr` in one line, and by the exit code. */
export async function runCli(io: Io): Promise<number> {
  try {
    return await dispatch(io);
  } catch (error) {
    return tellError(io, error);
  }
}

async function dispatch(io: Io): Promise<number> {
  const [first, ...rest] = io.argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const topic = first === 'help' && rest[0] !== undefined ? commandNamed(rest[0]) : undefined;
    io.stdout.write(topic ? commandHelp(topic) : generalHelp());
    return EXIT_OK;
  }
  if (first === '--version' || first === '-v' || first === '-V') {
    io.stdout.write(`${version(io.dist)}\n`);
    return EXIT_OK;
  }
  const spec = commandNamed(first);
  const parsed = parseWords(spec, rest);
  if (parsed.options.has('help')) {
    io.stdout.write(commandHelp(spec));
    return EXIT_OK;
  }
  const values = new Values(spec, parsed);
  const later: Promise<unknown>[] = [];
  try {
    const progress = newProgress(io, values);
    return await ACTIONS[spec.name]({ spec, values, words: parsed.words, io, progress, later });
  } finally {
    await Promise.all(later);
  }
}

function commandNamed(word: string): CommandSpec {
  const spec = COMMANDS.find((c) => c.name === word);
  if (spec) return spec;
  const isOption = word.startsWith('-');
  const near = isOption
    ? undefined
    : nearest(
        word,
        COMMANDS.map((c) => c.name),
      );
  throw usage(
    undefined,
    isOption ? `The command comes first, before \`${word}\`.` : `There is no command \`${word}\`.`,
    near
      ? `Did you mean heapline ${near}?`
      : 'To record a program: heapline run -- node app.js. See heapline --help.',
  );
}
