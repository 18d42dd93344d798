/** The command `sessions`: pools of agents and sessions, and how many fit. */
import { resolve } from 'node:path';
import { capacityOf } from '../protocol/capacity.ts';
import type { SessionsReport } from '../protocol/sessions.ts';
import { sessionsText } from '../report/sessions-text.ts';
import { usage } from './args.ts';
import { EXIT_OK } from './exit.ts';
import { ask, type Call, jsonOnStdout, kindOf, writeJson } from './io.ts';
import { wantsColor, widthOf } from './terminal.ts';

export async function sessions(call: Call): Promise<number> {
  const { io, spec, values, words } = call;
  if (words.length !== 1) throw usage(spec, 'Which recording?', 'heapline sessions RECORDING.');
  const memory = values.bytes('memory');
  const path = resolve(io.cwd, words[0]);
  const input = kindOf(io, words[0]) === 'folder' ? { recordingDir: path } : { snapshotFiles: [path] };
  const data = await ask(call, 'analyse', input);
  writeJson(call, withCapacity(data.sessions, memory));
  if (jsonOnStdout(values)) return EXIT_OK;
  const look = { color: wantsColor(io.stdout, io.env), width: widthOf(io.stdout) ?? 100 };
  io.stdout.write(
    data.sessions
      ? sessionsText(data.sessions, look, memory)
      : 'No pool of agents or sessions was found in the last snapshot.\n',
  );
  return EXIT_OK;
}

/** As JSON the arithmetic is given, too. */
function withCapacity(report: SessionsReport | undefined, memory: number | undefined): object {
  if (!report) return { format: 'heapline-sessions/1', pools: [] };
  const pools = report.pools.map((pool) => {
    const capacity = pool.with === undefined ? capacityOf(report, pool, memory) : undefined;
    return capacity ? { ...pool, capacity } : pool;
  });
  return { ...report, pools };
}
