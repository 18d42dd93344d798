import { below, classLike, holderLike, shapeWith, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const CLASSES =
  /(^|[a-z])(Span|RunTree|Trace|Tracer|TracerRun|Transaction|Breadcrumb|LogRecord|LogEntry|TelemetryEvent|Metric|Measurement)(Impl|Data|Node)?$/;
const HOLDERS =
  /Tracer|SpanProcessor|SpanExporter|RunTree|CallbackManager|CallbackHandler|Telemetry|Instrumentation|MeterProvider|LangSmith|Langfuse/;
const NAMES =
  /spans?|traces?|tracers?|run(map|tree)|runtree|telemetry|metrics?|breadcrumbs?|logs?|entries|events|audit|timings?|usage/;
const SURE = /spans?|traces?|tracers?|runtree|telemetry|metrics?|breadcrumbs?/;

export const traceRetention: Rule = {
  id: 'trace-retention',
  title: 'Traces, spans or run trees that are kept',
  matches(facts) {
    if (facts.kind === 'listeners' || facts.kind === 'timers') return undefined;
    const gained = classLike(facts, CLASSES);
    if (gained)
      return match(
        0.92 - below(gained),
        `It gains \`${gained.className}\`: what was traced is not exported, ended or dropped.`,
      );
    const spans = shapeWith(
      facts,
      ['traceId', 'spanId'],
      ['trace_id', 'span_id'],
      ['run_type', 'child_runs'],
      ['run_id', 'parent_run_id'],
      ['runId', 'parentRunId'],
      ['name', 'startTime', 'endTime'],
    );
    if (spans) return match(0.9 - below(spans), `It gains records with \`${spans.keys.join('` and `')}\`.`);
    const holder = holderLike(facts, HOLDERS);
    if (holder) return match(0.85, `\`${holder}\` keeps what it has seen.`);
    const sure = wordLike(facts.own, SURE);
    if (sure) return match(0.85, `\`${sure}\` gains records and loses none.`);
    const named = wordLike(facts.own, NAMES);
    return match(named && facts.kind === 'array' ? 0.55 : 0, `\`${named}\` gains records and loses none.`);
  },
  advice: (name) => [
    `End and export: every span or run needs its end, on failure too; what is exported goes out of ${name}.`,
    'Bound the buffer (a ring of the latest, a maximum queue size), and drop rather than wait when the exporter can not be reached.',
    'Record ids and sizes, not inputs, outputs and whole messages; cut long attributes; sample.',
    'A child keeps its parent, and a parent its children: let go of the root when the run ends, and flush the tracer between runs.',
  ],
};
