/** The commands and their options, as data: what is parsed and what help shows. */
import { BUDGET_NAMES, BUDGETS, type BudgetName, formatAmount } from '../protocol/budgets.ts';
import { QUERY_WORDS } from '../protocol/heap-query.ts';
import type { CommandSpec, OptionSpec } from './args.ts';

const json: OptionSpec = {
  name: 'json',
  value: '[FILE]',
  optionalValue: true,
  help: 'the result as JSON, to standard output, or to FILE (NAME.json, or --json=FILE)',
};
const quiet: OptionSpec = { name: 'quiet', short: 'q', help: 'say nothing but errors' };
const noProgress: OptionSpec = { ...quiet, help: 'the result alone: no progress, no remarks' };
const help: OptionSpec = { name: 'help', short: 'h', help: 'show this help' };
const failOnLeak: OptionSpec = {
  name: 'fail-on-leak',
  help: 'exit with 1 when the verdict is leak (for CI)',
};

const BUDGET_WORDS = [
  'Budgets, with their warn and alert levels unless told (also in .heapline/budgets.json):',
  ...BUDGET_NAMES.map((name) => `  ${name.padEnd(15)} ${budgetHelp(name)}`),
  'CMD of --on-budget-run finds HEAPLINE_BUDGET, _LEVEL, _VALUE, _LIMIT and _RECORDING in its environment.',
];

function budgetHelp(name: BudgetName): string {
  const { label, limits } = BUDGETS[name];
  const levels = [limits?.warn, limits?.alert].flatMap((one) =>
    one === undefined ? [] : [formatAmount(name, one)],
  );
  return `${label}: ${levels.join(', ') || 'no limit'}`;
}

const failOnBudget: OptionSpec = {
  name: 'fail-on-budget',
  help: 'exit with 2 when a budget passed its alert level (for CI)',
};

const recordOptions: OptionSpec[] = [
  {
    name: 'out',
    value: 'DIR',
    help: 'where to record; unless told, NAME-<time>.heapline',
  },
  json,
  { name: 'html', value: 'FILE', help: 'also write the report as one HTML file' },
  failOnLeak,
  { name: 'every', value: 'TIME', help: 'a snapshot every TIME: 30s, 500ms, 2m' },
  {
    name: 'snapshots',
    value: 'N',
    help: 'keep N snapshots, the last included (10 unless told); others are deleted',
  },
  { name: 'every-steps', value: 'N', help: 'a snapshot after every N steps, told or seen' },
  { name: 'at-runs', help: "also a snapshot before and after a run of the agent's; of many, ever fewer" },
  { name: 'at-sessions', help: 'also a snapshot after a session has closed; of many, ever fewer' },
  {
    name: 'on-growth',
    value: 'SHARE',
    help: 'also a snapshot when the live heap has grown by SHARE since the last: 50%',
  },
  { name: 'disk-budget', value: 'SIZE', help: 'at most this much disk for snapshots (4GB unless told)' },
  {
    name: 'max-pause',
    value: 'SHARE',
    help: 'at most SHARE of the time in pauses (20% unless told, and up to 60s in a short run)',
  },
  {
    name: 'budget',
    value: 'NAME=N',
    list: true,
    help: 'tell when it is passed: rss=500MB, or with WARN/ALERT: rss=400MB/500MB; rss=off',
  },
  failOnBudget,
  {
    name: 'on-budget',
    value: 'ACTIONS',
    list: true,
    help: 'on a crossing: collect (and tell what came back), snapshot, or both',
  },
  { name: 'on-budget-run', value: 'CMD', help: 'on a crossing: run CMD in the shell' },
  {
    name: 'sample-every',
    value: 'SIZE',
    help: 'sample allocations every SIZE (32KB unless told): 4KB is finer, and costs more',
  },
  {
    name: 'prove',
    help: 'also watch what seems to leak as the program runs: the lines that insert, how often',
  },
  quiet,
  help,
];

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'run',
    usage: '[options] -- CMD [ARGS...]',
    summary: 'start a Node program, record it, say what leaks',
    details: [
      'CMD may be node, npm run, npx, tsx or a script that ends in Node. The exit code is that of the program;',
      'where that is 0 and Heapline fails, one of its own (heapline --help lists them).',
      'Snapshots are taken after warm-up, between and at the end unless options say otherwise; also by hand,',
      'with Enter (give the keyboard to the program instead with --stdin) or SIGUSR2. Model calls, tools, runs and',
      'sessions of the agent are seen by themselves. A step of your own ends with a line that matches --step-on,',
      "or with performance.mark('heapline.step') in the program.",
      ...BUDGET_WORDS,
      '--max-pause does not count the first two snapshots, the last, and those that you time yourself.',
      'Where --out is an earlier recording, that is kept as NAME.old.heapline; any other folder is left alone.',
      '--prove analyses what is recorded so far while the program runs, and notes for some seconds who inserts',
      'into what seems to leak. To find that object V8 walks the heap: a stop shorter than that of a snapshot.',
    ],
    program: true,
    options: [
      ...recordOptions.slice(0, -2),
      { name: 'step-on', value: 'REGEX', help: 'each line printed by the program that matches ends a step' },
      { name: 'stdin', help: 'the keyboard belongs to the program' },
      quiet,
      help,
    ],
    examples: [
      ['heapline run -- node agent.mjs', 'record until it ends, then print the verdict'],
      ['heapline run --step-on "turn done" -- npm start', 'growth per step, too'],
      ['heapline run --prove -- npm start', 'also watch what leaks: the line, seen at work'],
      ['heapline run --json out.json --fail-on-leak -q -- node test.mjs', 'in CI'],
    ],
  },
  {
    name: 'attach',
    usage: '[options] HOST:PORT',
    summary: 'record a Node program that listens for an inspector (node --inspect)',
    details: [
      'Records until the program ends or Ctrl-C; the program goes on. A step ends with',
      "performance.mark('heapline.step') in the program; what it prints is not seen.",
      ...BUDGET_WORDS,
      '--max-pause does not count the first two snapshots, the last, and those that you time yourself.',
      '--prove analyses what is recorded so far while the program runs, and notes for some seconds who inserts',
      'into what seems to leak. To find that object V8 walks the heap: a stop shorter than that of a snapshot.',
    ],
    options: recordOptions,
    examples: [
      ['heapline attach 127.0.0.1:9229', 'until Ctrl-C'],
      ['heapline attach --every 1m --snapshots 8 9229', 'eight snapshots, a minute apart'],
    ],
  },
  {
    name: 'open',
    usage: '[options] PATH...',
    summary: 'the verdict on a recording or on snapshots in order; the classes of one snapshot',
    details: [
      'PATH is a recording (a folder), or .heapsnapshot files: of one, its classes; of two or more of one',
      'process, oldest first, what grows.',
    ],
    options: [json, failOnLeak, failOnBudget, quiet, help],
    examples: [
      ['heapline open agent.heapline', 'the verdict again'],
      ['heapline open 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot', 'what grows between them'],
    ],
  },
  {
    name: 'diff',
    usage: '[options] BEFORE AFTER',
    summary: 'two snapshots of one process, by class',
    options: [
      { name: 'top', value: 'N', help: 'at most N rows (30 unless told, 0 for all)' },
      json,
      noProgress,
      help,
    ],
    examples: [['heapline diff 1.heapsnapshot 2.heapsnapshot', 'what came and what went']],
  },
  {
    name: 'path',
    usage: '[options] FILE @ID',
    summary: 'what keeps one object alive',
    details: ['@ID is an object id as other commands, reports and Chrome DevTools show it.'],
    options: [
      { name: 'paths', value: 'N', help: 'up to N distinct paths (1 unless told)' },
      json,
      noProgress,
      help,
    ],
    examples: [['heapline path 3.heapsnapshot @18231 --paths 3', 'three ways from a root to @18231']],
  },
  {
    name: 'classes',
    usage: '[options] FILE',
    summary: 'the classes of one snapshot, by retained size',
    options: [
      { name: 'top', value: 'N', help: 'at most N rows (30 unless told, 0 for all)' },
      json,
      noProgress,
      help,
    ],
    examples: [['heapline classes 3.heapsnapshot --top 10', 'the ten largest']],
  },
  {
    name: 'objects',
    usage: '[options] FILE',
    summary: 'the objects of one snapshot that meet conditions; all about one of them',
    details: [
      'Conditions of --where, all of which must hold:',
      ...QUERY_WORDS.map(({ word, help }) => `  ${word.padEnd(14)} ${help}`),
      'A snapshot that was analysed once (20 MB or more) opens at once the next time.',
    ],
    options: [
      { name: 'class', value: 'NAME', help: 'of this class, as heapline classes shows it' },
      { name: 'where', value: 'CONDITIONS', help: 'that meet all of these' },
      { name: 'id', value: '@ID', help: 'one object: its fields, who holds it, what it retains' },
      {
        name: 'sort',
        value: 'retained|size|distance|id',
        help: 'by this (retained unless told), the largest or nearest first',
      },
      { name: 'top', value: 'N', help: 'at most N rows (30 unless told)' },
      json,
      noProgress,
      help,
    ],
    examples: [
      ['heapline objects 3.heapsnapshot --class Turn', 'the largest Turns'],
      ['heapline objects 3.heapsnapshot --where "size>1MB type:string"', 'large strings'],
      [
        'heapline objects 3.heapsnapshot --where "has:role has:content held:AgentMemory"',
        'messages in memory',
      ],
      ['heapline objects 3.heapsnapshot --id @18231', 'one of them'],
    ],
  },
  {
    name: 'ledger',
    usage: '[options] RECORDING',
    summary: 'what each session, run, step and tool allocated, and what of that is still alive',
    details: [
      'Alive is told as of the last snapshot, from the sampling profile: of a step that keeps little it is a guess,',
      'so each figure comes with the range in which it lies 19 times out of 20. Between snapshots the sums are',
      'set right with what these hold; recording with --sample-every 4KB makes single steps finer.',
      'Steps are those that the program tells, else those that are seen: a model call and what follows.',
    ],
    options: [
      {
        name: 'by',
        value: 'step|session|run|tool|model',
        help: 'rows for each of these (unless told, steps, or what was seen)',
      },
      {
        name: 'sort',
        value: 'live|allocated|time|order',
        help: 'by this (live unless told)',
      },
      { name: 'top', value: 'N', help: 'at most N rows (30 unless told, 0 for all)' },
      json,
      noProgress,
      help,
    ],
    examples: [
      ['heapline ledger agent.heapline', 'the steps that keep most'],
      ['heapline ledger agent.heapline --by session', 'what each conversation still holds'],
      ['heapline ledger agent.heapline --json ledger.json', 'all of it, and the heat map'],
    ],
  },
  {
    name: 'report',
    usage: '[options] RECORDING',
    summary: 'the verdict as text, Markdown or one self-contained HTML file',
    options: [
      {
        name: 'format',
        short: 'f',
        value: 'text|markdown|html',
        help: "unless told, by FILE's ending, or text",
      },
      { name: 'output', short: 'o', value: 'FILE', help: 'write to FILE instead of standard output' },
      json,
      noProgress,
      help,
    ],
    examples: [
      ['heapline report agent.heapline -o leak.html', 'a page to open or send'],
      ['heapline report agent.heapline --format markdown', 'for an issue or a pull request'],
    ],
  },
  {
    name: 'sessions',
    usage: '[options] RECORDING',
    summary: 'pools of agents and sessions: how many, how large, what evicts them, how many fit',
    details: [
      'A pool is a map, dictionary or list of agents or sessions. Idle is what was not seen at work, or did not',
      'change, for 5 minutes (in a short recording: a third of it). Sessions that are over and still held are listed.',
      'How many fit is told for the bound that is reached first: V8 heap limit, or memory of container or machine.',
    ],
    options: [
      { name: 'memory', value: 'SIZE', help: 'how many sessions fit into SIZE: 2GB, 512MB' },
      json,
      noProgress,
      help,
    ],
    examples: [
      ['heapline sessions agent.heapline', 'the pools of a recording'],
      ['heapline sessions agent.heapline --memory 2GB', 'how many sessions fit into 2 GB'],
    ],
  },
  {
    name: 'verify',
    usage: '[options] --baseline REC (-- CMD [ARGS...] | --after REC)',
    summary: 'run the mended program, and say what became of the leaks of an earlier recording',
    details: [
      'CMD runs and is recorded as by heapline run. With --after nothing runs: two recordings are compared.',
      'A leak is known again by its container, also where its line has moved.',
      'Exit code 0: all leaks of the baseline are gone, and there is no new one. 1: not so, or not certain.',
      'Let it do the same work as the baseline. What is ignored is left out on both sides.',
    ],
    program: true,
    options: [
      { name: 'baseline', value: 'REC', help: 'the recording from before the fix' },
      {
        name: 'after',
        value: 'REC',
        help: 'a recording from after it, in place of running the program',
      },
      json,
      {
        name: 'step-on',
        value: 'REGEX',
        help: 'each line printed that matches ends a step (unless told, as in the baseline)',
      },
      ...recordOptions.filter(
        ({ name }) =>
          !['json', 'html', 'prove', 'fail-on-leak', 'fail-on-budget', 'quiet', 'help'].includes(name),
      ),
      { name: 'stdin', help: 'the keyboard belongs to the program' },
      noProgress,
      help,
    ],
    examples: [
      ['heapline verify --baseline before.heapline -- node agent.mjs', 'after mending agent.mjs'],
      ['heapline verify --baseline before.heapline --after after.heapline', 'two recordings'],
    ],
  },
  {
    name: 'ignore',
    usage: '[options] ID',
    summary: 'leave a leak be, with a reason: it is shown as ignored, and does not count',
    details: [
      'ID is that of a finding, as reports show it; with --rule that of a rule, with --owner the name of what grows.',
      'It is written to .heapline/ignore.json: the nearest one upwards, or a new one in the working folder.',
    ],
    options: [
      { name: 'reason', value: 'TEXT', help: 'why, for those who read it later (required)' },
      { name: 'expires', value: 'DATE', help: 'the last day on which it is ignored: 2027-01-31' },
      { name: 'rule', help: 'ID is a rule: all leaks that match it are ignored' },
      { name: 'owner', help: 'ID is the name of what grows, as AgentMemory.history' },
      quiet,
      help,
    ],
    examples: [
      ['heapline ignore map:cache:1f0c22aa --reason "bounded by the number of models"', 'one leak'],
      ['heapline ignore --rule trace-retention --reason "only in tests" --expires 2027-01-31', 'for a while'],
    ],
  },
  {
    name: 'rules',
    usage: '[ID]',
    summary: 'what agents commonly suffer from: the rules, or the page of one',
    options: [json, help],
    examples: [
      ['heapline rules', 'all of them'],
      ['heapline rules unbounded-cache', 'what it looks like, why it happens, how to mend it'],
    ],
  },
];
