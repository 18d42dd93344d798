// An agent that counts tokens and tool calls, and exports them to two places.
import { setTimeout as sleep } from 'node:timers/promises';
import { ExportResultCode } from '@opentelemetry/core';
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

class Sink {
  export(metrics, done) {
    this.last = metrics.scopeMetrics.length;
    done({ code: ExportResultCode.SUCCESS });
  }
  selectAggregationTemporality() {
    return AggregationTemporality.CUMULATIVE;
  }
  async forceFlush() {}
  async shutdown() {}
}

const provider = new MeterProvider();
const readers = [new Sink(), new Sink()].map(
  (exporter) =>
    new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000, exportTimeoutMillis: 1000 }),
);
for (const reader of readers) provider.addMetricReader(reader); // leak: user
const meter = provider.getMeter('agent');
const tokens = meter.createHistogram('tokens');
const calls = meter.createCounter('tool.calls');

const tools = ['search', 'browse', 'calculate', 'write', 'mail', 'plan'];
for (let step = 1; step <= 160; step++) {
  for (const tool of tools) {
    tokens.record(100 + step, { tool });
    calls.add(1, { tool });
  }
  for (const reader of readers) await reader.forceFlush();
  console.log(`step ${step} done`);
  await sleep(45);
}
process.exit(0);
