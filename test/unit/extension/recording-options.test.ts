import assert from 'node:assert/strict';
import { it } from 'node:test';
import { outdated, wantedRecording } from '../../../src/extension/recording-options.ts';

/** As package.json has them. */
const DEFAULTS = {
  autoRecord: false,
  interval: '',
  snapshots: 0,
  onGrowth: 0,
  beforeLimit: 0,
  warmUp: '',
  forceGC: false,
  diskBudget: '',
  samplingInterval: '',
};

it('asks for nothing by default', () => {
  assert.deepEqual(wantedRecording(DEFAULTS, undefined), { autoRecord: false, options: {}, bad: [] });
});

it('reads what people write into milliseconds, bytes and shares', () => {
  const written = {
    ...DEFAULTS,
    interval: '30s',
    snapshots: 5,
    onGrowth: 50,
    beforeLimit: 80,
    warmUp: '2m',
    forceGC: true,
    diskBudget: '2GB',
    samplingInterval: '64kB',
  };
  assert.deepEqual(wantedRecording(written, undefined).options, {
    interval: 30_000,
    snapshots: 5,
    onGrowth: 0.5,
    beforeLimit: 0.8,
    warmUp: 120_000,
    forceGC: true,
    diskBudget: 2e9,
    samplingInterval: 64_000,
  });
});

it('puts the launch configuration before the settings', () => {
  const settings = { ...DEFAULTS, interval: '30s', snapshots: 5 };
  const { options, autoRecord } = wantedRecording(settings, { interval: 10 });
  assert.deepEqual([options, autoRecord], [{ interval: 10_000, snapshots: 5 }, true]);
});

it('records by itself as settings and launch configuration say', () => {
  const auto = (setting: boolean, launch: unknown): boolean =>
    wantedRecording({ ...DEFAULTS, autoRecord: setting }, launch).autoRecord;
  assert.deepEqual(
    [undefined, true, {}, { autoRecord: true }, false, { autoRecord: false }].map((launch) =>
      auto(false, launch),
    ),
    [false, true, true, true, false, false],
  );
  assert.deepEqual(
    [undefined, true, false, { autoRecord: false }].map((launch) => auto(true, launch)),
    [true, true, false, false],
  );
});

it('leaves out what it cannot read, and names it', () => {
  const { options, bad } = wantedRecording(DEFAULTS, {
    interval: 'soon',
    snapshots: 1,
    onGrowth: 'much',
    beforeLimit: 150,
    diskBudget: '2 parsecs',
    warmUp: '5s',
  });
  assert.deepEqual(options, { warmUp: 5000 });
  assert.deepEqual(bad, ['interval', 'snapshots', 'onGrowth', 'beforeLimit', 'diskBudget']);
});

it('the oldest recordings go, and nothing else', () => {
  const at = (second: number): string =>
    `2026-11-20 10.24.${String(second).padStart(2, '0')} agent.js [7].heapline`;
  const names = [at(3), 'mine.heapline', at(1), 'notes.txt', at(2), at(10)];
  assert.deepEqual(outdated(names, 2), [at(1), at(2)]);
  assert.deepEqual(outdated(names, 4), []);
});

it('reads budgets: those of the launch configuration before the settings, a command from the settings alone', () => {
  const settings = {
    ...DEFAULTS,
    budgets: { rss: '1GB', heapUsed: { warn: '100MB', alert: '200MB' } },
    onBudget: ['collect'],
    budgetCommand: 'notify-send memory',
  };
  const launch = { budgets: { rss: false }, onBudget: ['snapshot'], budgetCommand: 'rm -rf /' };
  const { options, bad } = wantedRecording(settings, launch);
  assert.deepEqual(options.budgets, {
    written: { rss: 'off', heapUsed: { warn: 1e8, alert: 2e8 } },
    on: ['snapshot'],
    command: 'notify-send memory',
  });
  assert.deepEqual(bad, []);
  const wrong = wantedRecording({ ...DEFAULTS, budgets: { rrs: 1, rss: '5' }, onBudget: ['run'] }, undefined);
  assert.deepEqual(wrong.bad, ['budgets.rrs', 'onBudget']);
  assert.deepEqual(wrong.options.budgets, { written: { rss: { alert: 5 } } });
});
