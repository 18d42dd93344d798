import { match, type Rule } from './rule.ts';

export const unclearedTimers: Rule = {
  id: 'uncleared-timers',
  title: 'Timers that are never cleared',
  matches: ({ kind }) =>
    match(
      kind === 'timers' ? 0.95 : 0,
      'Timers are started with the work done, and stay: each keeps what its callback refers to.',
    ),
  advice: () => [
    'Clear the timer (clearInterval, clearTimeout) when its owner is done, in finally or dispose.',
    'A timeout that guards a call must be cleared when the call returns: AbortSignal.timeout(), or clearTimeout in finally beside Promise.race.',
    'One interval that goes over all that is open serves better than one interval each. unref() lets the process end, but frees nothing.',
  ],
};
