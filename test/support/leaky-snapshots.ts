/** Real snapshots of a real process whose `session.history` gains 500 Turns between each two. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = `
  const { writeHeapSnapshot } = require('node:v8');
  const inspector = new (require('node:inspector').Session)();
  class Turn { constructor(i) { this.text = 'turn ' + i; this.tokens = new Array(10).fill(i); } }
  class Conversation { history = []; gone = []; add(i) { this.history.push(new Turn(i)); } }
  class Passing {}
  global.session = new Conversation();
  const [folder, resetIds] = process.argv.slice(1);
  inspector.connect();
  for (let n = 1; n <= 3; n++) {
    for (let i = 0; i < 500; i++) session.add(i);
    session.gone = n === 1 ? Array.from({ length: 30 }, () => new Passing()) : [];
    writeHeapSnapshot(folder + '/' + n + '.heapsnapshot');
    if (resetIds) for (const verb of ['enable', 'disable']) inspector.post('HeapProfiler.' + verb);
  }
  inspector.post('Runtime.evaluate', { expression: 'session.history' }, (_, { result: { objectId } }) =>
    inspector.post('HeapProfiler.getHeapObjectId', { objectId }, (_, { heapSnapshotObjectId }) =>
      process.stdout.write(heapSnapshotObjectId)));
`;

/**
 * Writes three into `folder`, oldest first. `historyId` is V8's id of the array that grows.
 * @param resetIds as another debugger may do in between: HeapProfiler.disable
 */
export function leakySnapshots(folder: string, resetIds = false): { files: string[]; historyId: number } {
  const args = ['-e', PROGRAM, folder, ...(resetIds ? ['reset'] : [])];
  const id = execFileSync(process.execPath, args, { encoding: 'utf8' });
  return { files: [1, 2, 3].map((n) => join(folder, `${n}.heapsnapshot`)), historyId: Number(id) };
}
