/** Exit codes. From 64 on as in BSD's sysexits.h, so that they stand apart from a program's own. */
import type { ErrorCode } from '../base/errors.ts';
import type { Findings } from '../protocol/findings.ts';

export const EXIT_OK = 0;
/** `--fail-on-leak` found one; `verify` did not find the leaks gone. */
export const EXIT_LEAK = 1;
/** `--fail-on-budget`, and no leak that fails. */
export const EXIT_BUDGET = 2;

const BY_CODE: Record<ErrorCode, number> = {
  usage: 64,
  'not-a-snapshot': 65,
  truncated: 65,
  malformed: 65,
  'not-found': 66,
  'connect-failed': 69,
  'launch-failed': 69,
  'target-gone': 69,
  internal: 70,
  'too-large': 71,
  'disk-full': 74,
  cancelled: 130,
};

export const EXIT_HELP: [string, string][] = [
  ['0', 'all went well'],
  ['1', '--fail-on-leak, and there is a leak; verify: not fixed, or not certain'],
  ['2', '--fail-on-budget, and a budget passed its alert level'],
  ['64', 'the command line is off'],
  ['65', 'a file is damaged or of another kind'],
  ['66', 'a file, folder or object is not there or not readable'],
  ['69', 'the program could not be started or reached'],
  ['70', "Heapline's own fault"],
  ['71', 'out of memory, or not one snapshot fits into memory, disk or --disk-budget'],
  ['74', 'the result could not be written, as on a full disk'],
  ['130', 'interrupted (Ctrl-C)'],
];

/** What `--fail-on-leak` and `--fail-on-budget` make of a verdict. */
export function verdictExitCode(asked: { has(name: string): boolean }, findings: Findings): number {
  if (asked.has('fail-on-leak') && findings.verdict === 'leak') return EXIT_LEAK;
  const isPassed = findings.budgets?.some(({ level }) => level === 'alert');
  return asked.has('fail-on-budget') && isPassed ? EXIT_BUDGET : EXIT_OK;
}

export function exitCodeOf(code: ErrorCode): number {
  return BY_CODE[code];
}

/** As shells do: 128 and the signal's number for a program ended by a signal. */
export function programExitCode(
  end: { exitCode?: number; signal?: string },
  signals: Readonly<Record<string, number>>,
): number {
  if (end.signal) return 128 + (signals[end.signal] ?? 0);
  return end.exitCode ?? EXIT_OK;
}
