/** How a node of the view looks: words, icon, tooltip. Pure, so that it is tested without an editor. */
import { formatBytes, formatCount, formatDuration } from '../base/units.ts';
import type { Finding, PathEntry, Site } from '../protocol/findings.ts';
import type { EndCause, SnapshotReason, TotalsFacts } from '../protocol/recording.ts';
import type { RecordingInfo, TargetKind } from '../protocol/server.ts';
import { isWatchable } from '../protocol/watch.ts';
import { printable, siteOrigin } from '../protocol/wording.ts';
import { budgetRow } from './budget-rows.ts';
import { withoutPid } from './debug-sessions.ts';
import { isProcessLive, leaksOf, type Model, type Target } from './model.ts';
import type { Node, NodeOf } from './nodes.ts';
import { processesRow, processRow } from './process-rows.ts';
import { growthPerMinute, sparkline } from './readings.ts';
import type { Localizer, Row } from './row.ts';
import { sessionsRow } from './session-row.ts';

/** @returns undefined for a node whose target or recording is gone */
export function rowOf(model: Model, node: Node, l10n: Localizer, now: number): Row | undefined {
  switch (node.kind) {
    case 'target': {
      const target = model.target(node.target);
      return target && targetRow(target, nameOf(target, model), model.recordingOf(node.target), l10n);
    }
    case 'memory': {
      const target = model.target(node.target);
      return target && memoryRow(target, nameOf(target, model), l10n);
    }
    case 'state': {
      const target = model.target(node.target);
      return target && stateRow(target, model.recordingOf(node.target), l10n, now);
    }
    case 'recordings':
      return {
        label: model.current.length ? l10n.t('Earlier Recordings') : l10n.t('Recordings'),
        context: 'recordings',
        state: 'collapsed',
        icon: 'history',
      };
    case 'recording': {
      const recording = model.recording(node.dir);
      return recording && recordingRow(recording, node.latest, l10n, now);
    }
    case 'verdict': {
      const recording = model.recording(node.dir);
      return recording && verdictRow(recording, l10n);
    }
    case 'finding':
      return findingRow(model, node, l10n);
    case 'budget':
      return budgetRow(node.passed, l10n);
    case 'path':
      return pathRow(node.entry);
    case 'sessions': {
      const { sessions } = model.recording(node.dir) ?? {};
      return sessions && sessionsRow(sessions, l10n);
    }
    case 'snapshots': {
      const recording = model.recording(node.dir);
      return (
        recording && {
          label: l10n.t('Snapshots'),
          description: formatCount(recording.snapshots.length),
          context: 'snapshots',
          icon: 'device-camera',
          state: 'collapsed',
        }
      );
    }
    case 'snapshot':
      return snapshotRow(node, l10n);
    case 'processes':
      return processesRow(model.recording(node.dir)?.findings?.processes, l10n);
    case 'process':
      return processRow(node.process, l10n);
  }
}

/** Characters: the figures after it are to be seen in a narrow side bar, too. */
const SPARKLINE = 8;

const KIND_ICONS: Record<TargetKind, string> = {
  node: 'server-process',
  worker: 'gear',
  page: 'browser',
  'extension-host': 'extensions',
};

/** `main.js`, with its process id only where that tells it from another. */
function nameOf({ spec }: Target, { targets }: Model): string {
  const name = withoutPid(spec.name) || spec.name;
  const alone = targets.filter((other) => withoutPid(other.spec.name) === name).length < 2;
  return printable(alone ? name : spec.name);
}

/** What it is: it changes seldom, so that its actions can be pressed at any time. */
function targetRow(
  { spec, info }: Target,
  name: string,
  recording: RecordingInfo | undefined,
  l10n: Localizer,
): Row {
  const status =
    info?.state === 'failed'
      ? l10n.t('not reached')
      : info?.state === 'connecting'
        ? l10n.t('connecting')
        : info?.state === 'gone'
          ? l10n.t('ended')
          : undefined;
  const gone = info?.state === 'gone' || info?.state === 'failed';
  const state = recording ? 'recording' : gone ? 'away' : 'idle';
  const lines = [
    [printable(spec.name), info?.runtime, info?.pid && l10n.t('process {0}', info.pid)]
      .filter(Boolean)
      .join(' · '),
    info?.failure,
    info?.via === 'proxy' && l10n.t('Reached through the debugger.'),
  ];
  return {
    label: name,
    description: status,
    tooltip: lines.filter(Boolean).join('\n'),
    icon: info?.state === 'failed' ? 'warning' : recording ? 'record' : KIND_ICONS[spec.kind],
    color: recording ? 'charts.red' : info?.state === 'failed' ? 'list.warningForeground' : undefined,
    context: `target.${state}${spec.inspector ? '.attached' : ''}`,
    spoken: [name, status, recording && l10n.t('being recorded')].filter(Boolean).join(', '),
    state: 'expanded',
  };
}

/** Its memory as of now: drawn anew with each reading. */
function memoryRow({ readings }: Target, name: string, l10n: Localizer): Row | undefined {
  const last = readings.at(-1);
  if (!last) return undefined;
  const { external, rss } = last;
  const growth = growthPerMinute(readings);
  const used = formatBytes(last.heapUsed);
  const lines = [
    l10n.t('Heap in use: {0} of {1}', used, formatBytes(last.heapTotal)),
    external !== undefined && l10n.t('Memory outside the heap: {0}', formatBytes(external)),
    rss !== undefined && l10n.t('Resident set: {0}', formatBytes(rss)),
    growth !== undefined && l10n.t('Change over the last minute: {0} a minute', signed(growth)),
  ];
  return {
    label: used,
    description: [
      sparkline(readings, SPARKLINE),
      growth !== undefined && l10n.t('{0}/min', signed(growth)),
      rss !== undefined && l10n.t('rss {0}', formatBytes(rss)),
    ]
      .filter(Boolean)
      .join('  '),
    tooltip: lines.filter(Boolean).join('\n'),
    icon: 'pulse',
    context: 'memory',
    spoken: [
      l10n.t('{0}: heap in use {1}', name, used),
      growth !== undefined && l10n.t('changes by {0} a minute', signed(growth)),
      rss !== undefined && l10n.t('resident set {0}', formatBytes(rss)),
    ]
      .filter(Boolean)
      .join(', '),
    state: 'none',
  };
}

function stateRow(target: Target, recording: RecordingInfo | undefined, l10n: Localizer, now: number): Row {
  if (!recording) {
    const failure = target.info?.failure;
    if (target.info?.state === 'gone')
      return { label: endedOf(target.spec.kind, l10n), icon: 'info', context: 'state.gone', state: 'none' };
    if (failure)
      return { label: failure, tooltip: failure, icon: 'info', context: 'state.failed', state: 'none' };
    return {
      label: l10n.t('Record'),
      tooltip: l10n.t('Take snapshots as the program runs, and say what grows.'),
      icon: 'record',
      context: 'state.idle',
      state: 'none',
      command: 'heapline.record',
    };
  }
  const { taking, state, problems } = recording;
  const parts = [
    formatDuration(recording.durationMs),
    recording.steps ? counted(l10n, recording.steps) : undefined,
  ];
  if (taking)
    parts.push(
      taking.waiting
        ? l10n.t('snapshot waits: {0}', taking.waiting)
        : l10n.t(
            'taking a snapshot: {0}, {1}',
            formatBytes(taking.bytes),
            formatDuration(now - taking.since),
          ),
    );
  const label = {
    recording: recording.mode === 'manual' ? l10n.t('Snapshots by hand') : l10n.t('Recording'),
    stopping: l10n.t('Ending the recording'),
    analysing: l10n.t('Analysing'),
    ended: l10n.t('Ended'),
  }[state];
  return {
    label,
    description: parts.filter(Boolean).join(' · '),
    tooltip: [label, ...problems].join('\n'),
    icon: state === 'recording' && !taking ? (problems.length ? 'warning' : 'record') : 'loading~spin',
    color: problems.length && !taking ? 'list.warningForeground' : undefined,
    context: `state.${state}`,
    state: 'none',
  };
}

function endedOf(kind: TargetKind, l10n: Localizer): string {
  if (kind === 'worker') return l10n.t('The worker has ended.');
  return kind === 'page' ? l10n.t('The page was closed.') : l10n.t('The process has ended.');
}

function counted(l10n: Localizer, steps: number): string {
  return steps === 1 ? l10n.t('1 step') : l10n.t('{0} steps', formatCount(steps));
}

function recordingRow(recording: RecordingInfo, latest: boolean, l10n: Localizer, now: number): Row {
  const { findings, state } = recording;
  const leaks = leaksOf(recording).length;
  const verdict =
    state !== 'ended'
      ? state === 'analysing'
        ? l10n.t('analysing')
        : l10n.t('ending')
      : leaks === 1
        ? l10n.t('1 leak')
        : leaks
          ? l10n.t('{0} leaks', leaks)
          : findings?.verdict === 'no-leak'
            ? l10n.t('no leak')
            : findings
              ? l10n.t('inconclusive')
              : l10n.t('not analysed');
  const when = whenOf(recording.createdAt, now);
  return {
    label: printable(withoutPid(recording.title) || recording.name),
    description: [verdict, isCutShort(recording) && l10n.t('no last snapshot'), when]
      .filter(Boolean)
      .join(' · '),
    tooltip: [
      recording.dir,
      formatDuration(recording.durationMs),
      recording.steps ? counted(l10n, recording.steps) : undefined,
      endOf(recording, l10n),
      ...recording.problems,
    ]
      .filter(Boolean)
      .join('\n'),
    icon:
      state !== 'ended'
        ? 'loading~spin'
        : leaks
          ? 'warning'
          : findings?.verdict === 'no-leak'
            ? 'pass'
            : 'question',
    color: leaks
      ? 'list.warningForeground'
      : findings?.verdict === 'no-leak'
        ? 'testing.iconPassed'
        : undefined,
    context: `recording.${leaks ? 'leak' : 'other'}`,
    state: latest ? 'expanded' : 'collapsed',
  };
}

/** The time of day, with the date where that is another. */
function whenOf(createdAt: string, now: number): string {
  const date = new Date(createdAt);
  if (Number.isNaN(date.getTime())) return '';
  const today = date.toDateString() === new Date(now).toDateString();
  return date.toLocaleString(undefined, { timeStyle: 'short', ...(!today && { dateStyle: 'short' }) });
}

/** The program was gone before its last snapshot, or we were. */
function isCutShort({ end, state }: RecordingInfo): boolean {
  return state === 'ended' && (!end || end.reason === 'target-gone');
}

function endOf({ end, state }: RecordingInfo, l10n: Localizer): string | undefined {
  if (state !== 'ended') return undefined;
  if (!end) return l10n.t('Cut off: it shows what was kept.');
  if (end.reason === 'exit' && end.exitCode) return l10n.t('The program ended with code {0}.', end.exitCode);
  if (end.reason === 'signal') return l10n.t('The program was ended by {0}.', end.signal ?? '?');
  if (end.reason === 'target-gone') return causeOf(end.cause, l10n);
  return undefined;
}

/** Why there is no last snapshot. */
export function causeOf(cause: EndCause | undefined, l10n: Localizer): string {
  switch (cause) {
    case 'heap-full':
      return l10n.t('The program ended without a last snapshot, most likely out of heap memory.');
    case 'memory-full':
      return l10n.t(
        'The program ended without a last snapshot, most likely ended by the system as memory ran out.',
      );
    case 'killed':
      return l10n.t('The program was killed or crashed, without a last snapshot.');
    default:
      return l10n.t('The program ended without a last snapshot.');
  }
}

function verdictRow(recording: RecordingInfo, l10n: Localizer): Row {
  const { findings, final, state } = recording;
  const reasons = (findings?.reasons ?? []).map((reason) => printable(reason).replaceAll('`', ''));
  const base = { context: 'verdict', state: 'none', tooltip: reasons.join('\n') || undefined } as const;
  if (findings?.verdict === 'no-leak' && final)
    return { ...base, label: l10n.t('No leak'), icon: 'pass', color: 'testing.iconPassed' };
  if (findings && final)
    return { ...base, label: l10n.t('Inconclusive'), description: reasons[0], icon: 'question' };
  if (state === 'ended') return { ...base, label: l10n.t('Not analysed'), icon: 'question' };
  if (!findings) return { ...base, label: l10n.t('Not judged yet'), icon: 'circle-outline' };
  return { ...base, label: l10n.t('No leak so far'), icon: 'circle-outline' };
}

function perStep(size: string, kind: Finding['growth']['stepKind'], l10n: Localizer): string {
  if (kind === 'model') return l10n.t('{0}/model call', size);
  if (kind === 'tool') return l10n.t('{0}/tool call', size);
  if (kind === 'run') return l10n.t('{0}/run', size);
  return kind === 'session' ? l10n.t('{0}/session', size) : l10n.t('{0}/step', size);
}

function findingRow(model: Model, { finding, dir }: NodeOf<'finding'>, l10n: Localizer): Row {
  const { growth, owner, storeSite, confidence, rule, ignored } = finding;
  const name = printable(owner.name);
  const rate =
    growth.bytesPerStep !== undefined
      ? perStep(signed(growth.bytesPerStep), growth.stepKind, l10n)
      : growth.bytesPerSecond !== undefined
        ? l10n.t('{0}/s', signed(growth.bytesPerSecond))
        : undefined;
  const site = mainSite(finding);
  const caller = callerSite(finding);
  const sure = confidence >= 0.7;
  const recording = model.recording(dir);
  const live = isWatchable(finding.kind) && recording && isProcessLive(model, recording);
  const isProcesses = finding.kind === 'processes';
  const gain = [signed(growth.bytes), formatCount(growth.objects)];
  const grown = isProcesses ? l10n.t('{0}, {1} processes', ...gain) : l10n.t('{0}, {1} objects', ...gain);
  const left = ignored && l10n.t('ignored: {0}', printable(ignored.reason));
  return {
    label: name,
    description: [left, signed(growth.bytes), rate, placesOf(finding)].filter(Boolean).join('  '),
    tooltip: [
      printable(finding.title, 600).replaceAll('`', ''),
      grown,
      storeSite &&
        (isProcesses
          ? l10n.t('Started at {0}', placeOf(storeSite))
          : l10n.t('Stored at {0}', placeOf(storeSite))),
      caller && l10n.t('Your line that leads there: {0}', placeOf(caller)),
      l10n.t('Confidence: {0} %', Math.round(confidence * 100)),
      ignored?.expires && l10n.t('Ignored until {0}', printable(ignored.expires)),
      rule && l10n.t('Rule: {0}', printable(rule.title)),
      ...finding.advice.map((text) => printable(text, 600).replaceAll('`', '')),
    ]
      .filter(Boolean)
      .join('\n'),
    icon: ignored ? 'circle-slash' : sure ? 'error' : 'warning',
    color: ignored ? 'disabledForeground' : sure ? 'list.errorForeground' : 'list.warningForeground',
    context: `finding.${ignored ? 'ignored' : 'counts'}.${rule ? 'rule.' : ''}${site ? 'store' : 'unknown'}${caller ? '.caller' : ''}${live ? '.live' : ''}`,
    spoken: [
      left ? l10n.t('Ignored leak: {0}', name) : l10n.t('Leak: {0}', name),
      left,
      grown,
      site &&
        (isProcesses ? l10n.t('Started at {0}', placeOf(site)) : l10n.t('stored at {0}', placeOf(site))),
    ]
      .filter(Boolean)
      .join(', '),
    state: finding.retainingPath.length ? 'collapsed' : 'none',
    ...(site && { command: 'heapline.goToStore' }),
  };
}

function pathRow({ edge, name, className, site }: PathEntry): Row {
  const label = printable(edge || name);
  return {
    label,
    description: [
      edge && name !== edge ? printable(name) : undefined,
      className !== name && printable(className),
      site && shortPlace(site),
    ]
      .filter(Boolean)
      .join('  '),
    tooltip: [printable(name), printable(className), site && placeOf(site)].filter(Boolean).join('\n'),
    icon: edge ? 'arrow-small-right' : 'symbol-namespace',
    context: site ? 'path.site' : 'path',
    state: 'none',
    ...(site && { command: 'heapline.openSite' }),
  };
}

function snapshotRow({ snapshot, previous }: NodeOf<'snapshot'>, l10n: Localizer): Row {
  const { totals } = snapshot;
  const parts = [
    formatDuration(snapshot.t),
    formatBytes(totals?.size ?? snapshot.bytes),
    totals?.gained !== undefined ? signed(totals.gained) : undefined,
    snapshot.step !== undefined ? l10n.t('step {0}', formatCount(snapshot.step)) : undefined,
    reasonOf(snapshot.reason, l10n),
  ];
  return {
    label: l10n.t('Snapshot {0}', snapshot.index),
    description: parts.filter(Boolean).join(' · '),
    tooltip: [
      l10n.t('Taken {0} after the recording began.', formatDuration(snapshot.t)),
      l10n.t('The program was stopped for {0}.', formatDuration(snapshot.pauseMs)),
      ...(totals ? totalsLines(totals, l10n) : []),
      l10n.t('{0}, {1} on disk', snapshot.file, formatBytes(snapshot.bytes)),
    ].join('\n'),
    icon: 'file-binary',
    context: previous ? 'snapshot.later' : 'snapshot.first',
    state: 'none',
    command: 'heapline.openSnapshot',
  };
}

function totalsLines({ nodes, size, since, gained, gains = [] }: TotalsFacts, l10n: Localizer): string[] {
  const lines = [l10n.t('It holds {0} objects, {1}.', formatCount(nodes), formatBytes(size))];
  if (since === undefined || gained === undefined) return lines;
  lines.push(l10n.t('Since snapshot {0}: {1}.', since, signed(gained)));
  for (const { className, count, size: bytes } of gains)
    lines.push(`    ${printable(className)}: +${formatCount(count)}, ${signed(bytes)}`);
  return lines;
}

function reasonOf(reason: SnapshotReason, l10n: Localizer): string {
  return {
    'warm-up': l10n.t('after warm-up'),
    schedule: l10n.t('on schedule'),
    interval: l10n.t('by interval'),
    growth: l10n.t('on growth'),
    limit: l10n.t('near the heap limit'),
    budget: l10n.t('over a budget'),
    step: l10n.t('by step'),
    'before-run': l10n.t('before a run'),
    'after-run': l10n.t('after a run'),
    'after-session': l10n.t('after a session'),
    manual: l10n.t('by hand'),
    end: l10n.t('at the end'),
  }[reason];
}

/** The line to go to first: the one that stores it, wherever that is. */
export function mainSite({ storeSite, userSite }: Finding): Site | undefined {
  return storeSite ?? userSite;
}

/** The user's own line that leads there, where a package stores it. */
export function callerSite({ storeSite, userSite }: Finding): Site | undefined {
  return storeSite && siteOrigin(storeSite) !== 'user' ? userSite : undefined;
}

/** `memory.ts:14`; `universal.js:200 ← agent.mjs:10` where a package stores it for the user's line. */
export function placesOf(finding: Finding): string | undefined {
  const places = [mainSite(finding), callerSite(finding)].flatMap((site) => (site ? [shortPlace(site)] : []));
  return places.length ? places.join(' ← ') : undefined;
}

/** `memory.ts:14`. */
export function shortPlace(site: Site): string {
  const file = printable((site.path ?? site.url).split(/[\\/]/).at(-1) ?? '');
  return `${file}:${site.line}`;
}

/** `/home/me/memory.ts:14:5`. */
export function placeOf(site: Site): string {
  return `${printable(site.path ?? site.url)}:${site.line}:${site.column}`;
}

function signed(bytes: number): string {
  return `${bytes >= 0 ? '+' : ''}${formatBytes(bytes)}`;
}
