import { HeaplineError } from '../base/errors.ts';

export function tooLate(): HeaplineError {
  return new HeaplineError('cancelled', 'The recording ended before the snapshot was taken.');
}

export function noRoom(): HeaplineError {
  return new HeaplineError('too-large', 'The next snapshot would not fit into the disk budget.', {
    hint: 'Raise the disk budget (--disk-budget on the command line).',
  });
}
