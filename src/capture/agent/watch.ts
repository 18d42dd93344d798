/** All that tells what the agent in this process does, put in and taken out as one. */
import type { HeapReading } from '../../protocol/recording.ts';
import { Allocations } from './allocations.ts';
import { Context } from './context.ts';
import { watchHttp } from './http.ts';
import { watchLangChain } from './langchain.ts';
import { AgentLog, quietly } from './log.ts';
import { watchMcpServers } from './mcp-stdio.ts';
import { watchOtel } from './otel.ts';
import { type ProcessWatch, watchProcesses } from './processes.ts';
import type { AgentRecord } from './records.ts';
import { watchTold } from './told.ts';

export interface AgentWatch {
  /** What was noted since the last time. */
  drain(): AgentRecord[];
  /** The heap as it is. */
  heap(): HeapReading | undefined;
  stop(): void;
}

/**
 * @param now milliseconds of the target's clock
 * @param tell takes records when there are many, between two calls of `drain`
 * @param prompt and at once where a run or session begins or ends
 */
export function watchAgent(
  get: <T>(module: string) => T,
  now: () => number,
  tell: (records: AgentRecord[]) => void,
  prompt?: boolean,
): AgentWatch {
  const channels = get<typeof import('node:diagnostics_channel')>('diagnostics_channel');
  const allocations = new Allocations(get, now);
  const log = new AgentLog(now, tell, () => allocations.read(), prompt);
  const context = new Context(log, get<typeof import('node:async_hooks')>('async_hooks'));
  const otel = watchOtel(context);
  let processes: ProcessWatch | undefined;
  const parts = [
    () => watchLangChain(context),
    () => watchHttp(channels, context),
    () => watchTold(channels, context),
    () => {
      processes = watchProcesses(get('fs'), get('worker_threads'), channels, context);
      return processes.stop;
    },
    () => watchMcpServers(channels, context, (pid) => processes?.serves(pid)),
  ];
  // Where one can't be put in, the others still tell.
  const stops = [...parts.map((part) => quietly(part)()), otel.stop, () => context.stop(), () => log.stop()];
  let stopped = false;
  return {
    drain() {
      if (stopped) return [];
      context.look();
      otel.look();
      processes?.look();
      return log.drain();
    },
    heap: () => (stopped ? undefined : allocations.read()),
    stop() {
      stopped = true;
      allocations.stop();
      for (const stop of stops.splice(0)) if (stop) quietly(stop)();
    },
  };
}
