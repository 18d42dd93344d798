/** The bench's results as Markdown. */
import type { MemlabAnswer } from './compare.ts';
import type { Score } from './score.ts';
import type { VersionName } from './truth.ts';

export interface Row {
  name: string;
  version: VersionName;
  /** Of Node. */
  major: number;
  /** Steps were told. */
  steps: boolean;
  score?: Score;
  /** Of the first finding, or of the verdict where it is none. */
  confidence?: number;
  /** The first finding's owner and store line, for the reader. */
  said?: string;
  snapshots?: number;
  ms?: number;
  constructors?: boolean;
  memlab?: MemlabAnswer;
  error?: string;
}

/** One line while the bench runs. */
export function rowText(row: Row): string {
  const { name, version, major, score, error } = row;
  const head = `${`${name}/${version}`.padEnd(38)} ${major}`;
  if (error || !score) return `${head} ERROR ${error}`;
  const marks = [
    score.verdict,
    mark('owner', score.owner),
    mark('line', score.line),
    mark('in 3', score.inThree),
    mark('user', score.user),
    mark('memlab', row.memlab?.named),
    mark('constructors', row.constructors),
  ].filter(Boolean);
  const seconds = ((row.ms ?? 0) / 1000).toFixed(1);
  return `${head} ${marks.join(', ')} (${row.confidence}; ${row.snapshots} snapshots, ${seconds} s): ${row.said}`;
}

function mark(what: string, right: boolean | undefined): string {
  return right === undefined ? '' : right ? what : `no ${what}`;
}

/** The totals, what fails by name, and a row for each run. */
export function tables(rows: readonly Row[]): string {
  const ran = rows.filter((row): row is Row & { score: Score } => row.score !== undefined);
  const leaky = ran.filter(({ version }) => version === 'leaky');
  const sound = ran.filter(({ version }) => version !== 'leaky');
  const totals = [
    ['Leaks: verdict `leak`', share(leaky.map(({ score }) => score.verdict === 'right'))],
    ['Leaks: owner right', share(leaky.map(({ score }) => score.owner))],
    ['Leaks: store or cause line right', share(leaky.map(({ score }) => score.line))],
    ['Leaks: among the first three lines', share(leaky.map(({ score }) => score.inThree))],
    ["Leaks: the user's own line", share(leaky.map(({ score }) => score.user))],
    ['Sound programs: verdict `no-leak`', share(sound.map(({ score }) => score.verdict === 'right'))],
    ['Sound programs: false alarms', share(sound.map(({ score }) => score.verdict === 'false alarm'))],
    [
      'memlab names owner or class in its first three clusters',
      share(leaky.map(({ memlab }) => memlab?.named)),
    ],
    ['Constructors: the leaking class among the first three', share(leaky.map((row) => row.constructors))],
  ];
  const failed = rows.filter(({ score, error }) => error || (score && !isRight(score)));
  return [
    '| what | runs |',
    '|---|---|',
    ...totals.map(([what, runs]) => `| ${what} | ${runs} |`),
    '',
    ...(failed.length ? ['Not right:', '', ...failed.map((row) => `- ${rowText(row)}`), ''] : []),
    '| program | Node | verdict | owner | line | in 3 | user | memlab | constructors |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map(tableRow),
    '',
  ].join('\n');
}

function isRight(score: Score): boolean {
  return score.verdict === 'right' && score.owner !== false && score.line !== false;
}

function tableRow({ name, version, major, score, error, memlab, constructors }: Row): string {
  const cells = score
    ? [score.verdict, ...[score.owner, score.line, score.inThree, score.user].map(cell)]
    : [`error: ${error?.slice(0, 60)}`, '', '', '', ''];
  return `| ${[`${name}/${version}`, major, ...cells, cell(memlab?.named), cell(constructors)].join(' | ')} |`;
}

function cell(right: boolean | undefined): string {
  return right === undefined ? '' : right ? 'yes' : 'no';
}

function share(right: readonly (boolean | undefined)[]): string {
  const known = right.filter((one) => one !== undefined);
  return `${known.filter(Boolean).length} of ${known.length}`;
}
