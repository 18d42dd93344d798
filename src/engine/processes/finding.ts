/** Children and workers that pile up, as a finding: of their own, or as proof of one that the heap shows. */
import { formatBytes, formatCount } from '../../base/units.ts';
import type { Finding, ProcessRow } from '../../protocol/findings.ts';
import { lineOf, noun, processText } from '../../protocol/process-words.ts';
import type { SnapshotEntry } from '../../protocol/recording.ts';
import { counted, stepNoun, unticked } from '../../protocol/wording.ts';
import { isUserCode } from '../../source/user-code.ts';
import { adviceFor } from '../advice.ts';
import { hash } from '../fingerprint.ts';
import { pointAt, rates, round, type Span, spanText } from '../span.ts';
import type { ProcessEvidence } from './evidence.ts';

type Growing = ProcessEvidence['growing'][number];

/** What in the heap belongs to one that runs. */
const CLASSES: Record<ProcessRow['role'], RegExp> = {
  child: /^(ChildProcess|Process)$|StdioClientTransport$/,
  worker: /^(Worker|MessagePort)$/,
};

/** Whether a finding of the heap is about these: it gains about as many. */
export function isAbout(finding: Finding, { group, gain }: Growing): boolean {
  return finding.gained.some(
    ({ className, objects }) =>
      CLASSES[group.role].test(className) && objects >= 0.5 * gain.objects && objects <= 2 * gain.objects,
  );
}

/** The finding of the heap, with those that run as its proof. */
export function withProcesses(finding: Finding, growing: Growing, cwd: string | undefined): Finding {
  const confidence = round(1 - (1 - finding.confidence) * 0.5);
  return {
    ...finding,
    confidence,
    reasons: [...finding.reasons, whatRuns(growing, cwd)],
    processes: growing.rows,
  };
}

export function processFinding(
  growing: Growing,
  snapshots: readonly SnapshotEntry[],
  span: Span,
  cwd: string | undefined,
): Finding {
  const { group, gain, verdict, points, rows } = growing;
  const { role, command, site } = group;
  const name = role === 'worker' ? 'Worker' : command;
  const each = span.steps
    ? `: ${formatCount(gain.objects / span.steps, 1)} a ${stepNoun(span.stepKind)}`
    : '';
  const size = gain.bytes > 0 ? `, ${formatBytes(gain.bytes)}` : '';
  const at = site ? ` Started at ${lineOf(site, cwd)}.` : '';
  const what = role === 'worker' ? '' : ` \`${unticked(name)}\``;
  const file = (site?.path ?? site?.url ?? '').split(/[\\/]/).slice(-2).join('/');
  return {
    id: `processes:${name.replace(/[^\w.#$-]+/g, '-').slice(0, 60)}:${hash([role, site?.function ?? '', file].join('\0'))}`,
    title: `${counted(gain.objects, `more ${noun(role)}`)}${what} run after ${spanText(span)}${size}${each}, not ended.${at}`,
    kind: 'processes',
    confidence: round(verdict.confidence),
    reasons: [whatRuns(growing, cwd), ...verdict.reasons.map(ofLooks)],
    owner: { className: role === 'worker' ? 'Worker' : 'ChildProcess', name, nodeId: 0 },
    retainingPath: [],
    growth: {
      ...rates(gain, span),
      perSnapshot: points.map((point, i) =>
        pointAt(snapshots[i], {
          bytes: point.bytes - points[0].bytes,
          objects: point.objects - points[0].objects,
        }),
      ),
    },
    gained: [],
    ...(site ? { storeSite: site } : {}),
    allocationSites: [],
    ...(site && isUserCode(site) ? { userSite: site } : {}),
    advice: adviceFor('processes', name),
    processes: rows,
  };
}

/** They are counted more often than snapshots are taken. */
function ofLooks(reason: string): string {
  return reason.replace(' between snapshots', '');
}

function whatRuns({ group: { left, role }, rows }: Growing, cwd: string | undefined): string {
  const [newest] = rows.slice(-1);
  return `${counted(left.size, noun(role))} still ${left.size === 1 ? 'runs' : 'run'} of which nobody has made use since what started them was over, such as ${processText(newest, cwd)}.`;
}
