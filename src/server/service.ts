/** What the server answers and tells: the logic behind `ServerRequests`, without a connection. */
import { HeaplineError } from '../base/errors.ts';
import { withBoxes } from '../engine/report-boxes.ts';
import type { ServerNotifications, ServerRequests } from '../protocol/server.ts';
import { Analyst, type Engine } from './analyst.ts';
import type { Asked } from './asked.ts';
import { Explorer } from './explorer.ts';
import { renderReport, writeReport } from './export.ts';
import { Ignores } from './ignores.ts';
import { Recordings } from './recordings.ts';
import { Targets } from './targets.ts';
import { Verdicts } from './verdicts.ts';

export type Answers = {
  [K in keyof ServerRequests]: (
    params: ServerRequests[K]['params'],
    asked: Asked,
  ) => Promise<ServerRequests[K]['result']> | ServerRequests[K]['result'];
};

export type Notify = <K extends keyof ServerNotifications>(method: K, params: ServerNotifications[K]) => void;

export interface ServiceOptions {
  /** Heapline's own version. */
  version: string;
  /** The folder of the bundles. */
  dist: URL;
  createEngine(): Engine;
  notify: Notify;
}

export class Service {
  readonly answers: Answers;
  private readonly ignores = new Ignores();
  private readonly analyst: Analyst;
  private readonly explorer: Explorer;
  private readonly targets: Targets;
  private readonly recordings: Recordings;

  constructor({ version, dist, createEngine, notify }: ServiceOptions) {
    const analyst = new Analyst(createEngine);
    const targets = new Targets({
      changed: (info) => notify('heapline/targetChanged', info),
      reading: (target, reading) => notify('heapline/reading', { target, reading }),
    });
    const note = (level: 'info' | 'warning' | 'error', message: string): void =>
      notify('heapline/note', { level, message });
    const { ignores } = this;
    const recordings = new Recordings(targets, {
      analyst,
      createEngine,
      ignores,
      verdicts: new Verdicts(analyst, (message) => note('warning', message)),
      version,
      changed: (info) => notify('heapline/recordingChanged', info),
      note,
    });
    const explorer = new Explorer(createEngine, undefined, (file) => recordings.analysing(file));
    this.analyst = analyst;
    this.explorer = explorer;
    this.targets = targets;
    this.recordings = recordings;
    this.answers = {
      'heapline/openTarget': (spec) => targets.open(spec),
      'heapline/closeTarget': ({ id }) => {
        recordings.release(id);
        targets.close(id);
        return null;
      },
      'heapline/startRecording': ({ target, folder, options }, asked) =>
        recordings.start(target, folder, options, asked),
      'heapline/stopRecording': ({ dir, discard }, asked) => recordings.stop(dir, discard ?? false, asked),
      'heapline/takeSnapshot': ({ target, folder, options }, asked) =>
        recordings.takeSnapshot(target, folder, options, asked),
      'heapline/watch': ({ dir, finding, seconds }, asked) => recordings.watch(dir, finding, seconds, asked),
      'heapline/ignore': async ({ dir, entry, homes }) => ({ file: await ignores.add(dir, entry, homes) }),
      'heapline/stopIgnoring': async ({ dir, finding }) => ({ removed: await ignores.remove(dir, finding) }),
      'heapline/refreshIgnores': async ({ dirs }) => {
        await recordings.refreshIgnores(dirs);
        return null;
      },
      'heapline/listRecordings': ({ folder }) => recordings.list(folder),
      'heapline/deleteRecording': async ({ dir }) => {
        await recordings.delete(dir);
        return null;
      },
      'heapline/analyse': (input, asked) =>
        'recordingDir' in input
          ? recordings.verdict(input.recordingDir, asked)
          : analyst.ask('analyse', input, asked),
      'heapline/summary': (params, asked) => explorer.ask('summary', params, asked),
      'heapline/diff': (params, asked) => analyst.ask('diff', params, asked),
      'heapline/profile': (params, asked) => analyst.ask('profile', params, asked),
      'heapline/details': (params, asked) => explorer.ask('details', params, asked),
      'heapline/heap/info': (params, asked) => explorer.ask('heap/info', params, asked),
      'heapline/heap/classes': (params, asked) => explorer.ask('heap/classes', params, asked),
      'heapline/heap/realms': (params, asked) => explorer.ask('heap/realms', params, asked),
      'heapline/heap/nodes': (params, asked) => explorer.ask('heap/nodes', params, asked),
      'heapline/heap/strings': (params, asked) => explorer.ask('heap/strings', params, asked),
      'heapline/heap/text': (params, asked) => explorer.ask('heap/text', params, asked),
      'heapline/heap/node': (params, asked) => explorer.ask('heap/node', params, asked),
      'heapline/heap/fields': (params, asked) => explorer.ask('heap/fields', params, asked),
      'heapline/heap/retainers': (params, asked) => explorer.ask('heap/retainers', params, asked),
      'heapline/heap/dominated': (params, asked) => explorer.ask('heap/dominated', params, asked),
      'heapline/heap/paths': (params, asked) => explorer.ask('heap/paths', params, asked),
      'heapline/heap/boxes': (params, asked) => explorer.ask('heap/boxes', params, asked),
      'heapline/heap/pathGraph': (params, asked) => explorer.ask('heap/pathGraph', params, asked),
      'heapline/heap/holders': (params, asked) => explorer.ask('heap/holders', params, asked),
      'heapline/export': async ({ dir, format, file }, asked) => {
        const verdict = await recordings.verdict(dir, asked);
        const data =
          format === 'html'
            ? await withBoxes(verdict, dir, (params) => explorer.ask('heap/boxes', params, asked))
            : verdict;
        if (asked.signal?.aborted) throw new HeaplineError('cancelled', 'Cancelled.');
        writeReport(file, renderReport(data, format, dist));
        return null;
      },
    };
  }

  /** The workspace's first folder, once the editor has told it. */
  setWorkspace(folder: string): void {
    this.ignores.workspace = folder;
  }

  /** Ends all that is under way; recordings are whole on disk then. Takes a second at most. */
  async close(): Promise<void> {
    this.analyst.dispose();
    this.explorer.dispose();
    await this.recordings.close();
    this.targets.dispose();
  }
}
