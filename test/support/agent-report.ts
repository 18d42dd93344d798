/** Reports of agents that were seen at work. */
import { agentTimeline } from '../../src/engine/agent-timeline.ts';
import { seenTimeline } from '../../src/engine/seen-steps.ts';
import { thin } from '../../src/engine/timeline.ts';
import type { RecordingEvent, SpanKind } from '../../src/protocol/recording.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import { leakReport } from './report-data.ts';

/**
 * The leaking agent, its growth told by model calls: two sessions at a time, in each runs, in these steps of one model
 * call and one or two tools.
 * @param steps so many of them over the recording
 */
export function agentReport(steps = 24): ReportData {
  const data = leakReport();
  const over = data.timeline.memory.at(-1)!.t;
  const each = over / steps;
  const events: RecordingEvent[] = [];
  let id = 0;
  const open = (t: number, kind: SpanKind, name: string, parent?: number): number => {
    events.push({ type: 'span', t, id: ++id, kind, name, parent });
    return id;
  };
  const close = (t: number, of: number, failed = false): void => {
    events.push({ type: 'span-end', t, id: of, ...(failed && { failed: true }) });
  };
  const sessions = [open(0, 'session', 'ada'), open(each / 2, 'session', 'grace')];
  let run = 0;
  for (let step = 0; step < steps; step++) {
    const t = step * each;
    if (step % 6 === 0) run = open(t, 'run', 'research', sessions[(step / 6) % 2]);
    const one = open(t, 'step', 'turn', run);
    const model = open(t + each * 0.05, 'model', 'gpt-4o-mini', one);
    close(t + each * 0.55, model);
    const search = open(t + each * 0.6, 'tool', 'search', one);
    close(t + each * 0.9, search, step % 9 === 4);
    const read = step % 2 ? open(t + each * 0.62, 'tool', 'read_file', one) : undefined;
    if (read) close(t + each * 0.8, read);
    close(t + each * 0.95, one);
    if (step % 6 === 5) close(t + each * 0.97, run);
  }
  close(over, sessions[1]);
  data.timeline.agent = agentTimeline(events);
  data.timeline.steps = thin(seenTimeline(events, 'model'));
  data.findings.growth.stepKind = 'model';
  for (const { growth } of data.findings.findings) growth.stepKind = 'model';
  return data;
}
