import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderText } from '../../../src/report/text.ts';
import { columns } from '../../../src/report/wrap.ts';
import { assertGolden } from '../../support/golden.ts';
import {
  bareReport,
  cleanReport,
  externalReport,
  HOSTILE,
  hostileReport,
  leakReport,
} from '../../support/report-data.ts';

const cwd = '/home/ada/research-agent';

for (const make of [leakReport, cleanReport, bareReport, externalReport]) {
  test(`text of ${make.name}`, () => {
    const name = make.name.replace('Report', '');
    assertGolden(`report/${name}.txt`, renderText(make(), { color: false, width: 100, cwd }));
  });
}

test('the first three lines name the verdict, the line and the holder', () => {
  const [verdict, line, holder] = renderText(leakReport(), { color: false, width: 80, cwd }).split('\n');
  assert.match(verdict, /^LEAK .*AgentMemory\.history.*1\.24 MB a step/);
  assert.match(line, /src\/memory\.ts:42:18/);
  assert.match(holder, /session > agent > memory > history\[\]/);
});

test('paths outside the reader’s folder stay whole', () => {
  const text = renderText(leakReport(), { color: false, width: 80, cwd: '/home/ada/research-agent-2' });
  assert.match(text, /stored at \/home\/ada\/research-agent\/src\/memory\.ts:42:18/);
});

for (const width of [40, 60, 100]) {
  test(`lines keep within ${width} columns unless a path is longer`, () => {
    for (const make of [leakReport, cleanReport, bareReport, hostileReport]) {
      for (const line of renderText(make(), { color: false, width, cwd }).split('\n')) {
        if (!/\S+:\d+:\d+/.test(line)) assert.ok(columns(line) <= width, `${columns(line)}: ${line}`);
      }
    }
  });
}

test('colours are on only when asked for, and change no letter', () => {
  const plain = renderText(leakReport(), { color: false, width: 100, cwd });
  const coloured = renderText(leakReport(), { color: true, width: 100, cwd });
  assert.ok(!plain.includes('\x1b'));
  assert.match(coloured, /^\x1b\[31mLEAK/);
  assert.equal(coloured.replace(/\x1b\[\d+m/g, ''), plain);
});

test('nothing from the heap reaches the terminal as a control', () => {
  const text = renderText(hostileReport(), { color: true, width: 100, cwd });
  const bare = text.replace(/\x1b\[(1|2|22|31|32|33|36|39)m/g, '').replaceAll('\n', '');
  assert.doesNotMatch(bare, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  assert.ok(bare.includes('\\x1b[2J'), 'shown as an escape instead');
  assert.ok(text.length < 100_000, `${text.length} units although one name has ${HOSTILE.long.length}`);
});
