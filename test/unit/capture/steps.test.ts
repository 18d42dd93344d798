import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StepLines } from '../../../src/capture/steps.ts';

function stepsOf(pattern: RegExp, text: string, size: number): string[] {
  const found: string[] = [];
  const lines = new StepLines(pattern, (name) => found.push(name));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) lines.write(bytes.subarray(at, at + size));
  return found;
}

describe('lines that end a step', () => {
  const text = 'start\nturn 1 done ✓\r\nnothing\nturn 2 done ✓\nturn 3 not yet';
  for (const size of [1, 3, 7, 1000]) {
    it(`are found in pieces of ${size} bytes`, () => {
      assert.deepEqual(stepsOf(/turn \d+ done ✓$/, text, size), ['turn 1 done ✓', 'turn 2 done ✓']);
    });
  }
  it('are found with a pattern that remembers its place', () => {
    assert.deepEqual(stepsOf(/turn/g, 'turn\nturn\nturn\n', 100), ['turn', 'turn', 'turn']);
  });
  it('are looked at only so far', () => {
    assert.deepEqual(stepsOf(/end/, `${'x'.repeat(1e6)}end\nend\n`, 4096), ['end']);
  });
});
