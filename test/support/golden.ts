/** Golden files in test/golden. A missing or different one fails; the actual text is left beside it (`*.actual`). */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../src/build/run.ts';

/** @param name path below test/golden, with its ending */
export function assertGolden(name: string, actual: string): void {
  const file = join(ROOT, 'test', 'golden', name);
  const beside = `${file}.actual`;
  let expected: string | undefined;
  try {
    expected = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (actual === expected) {
    rmSync(beside, { force: true });
    return;
  }
  mkdirSync(dirname(beside), { recursive: true });
  writeFileSync(beside, actual);
  assert.equal(
    actual,
    expected,
    `test/golden/${name} differs; if the new text is right, rename ${name}.actual to it`,
  );
}
