/** The verdicts that are shown, and their marks by file. Knows no editor. */
import type { Findings } from '../../protocol/findings.ts';
import type { SourceExcerpt } from '../../protocol/report.ts';
import type { LineText } from '../source-lines.ts';
import { type Mark, marksOf } from './marks.ts';

interface Verdict {
  findings: Findings;
  sources: readonly SourceExcerpt[] | undefined;
  marks: Mark[];
  /** The text of each marked line as it was first told: later excerpts may be of a file edited since. */
  texts: Map<string, LineText>;
}

export class VerdictStore {
  /** In the order of being shown: the last speaks for a finding that several have. */
  private readonly verdicts = new Map<string, Verdict>();
  private byKey = new Map<string, Mark[]>();

  get isEmpty(): boolean {
    for (const { marks } of this.verdicts.values()) if (marks.length) return false;
    return true;
  }

  show(
    recordingDir: string,
    findings: Findings,
    sources: readonly SourceExcerpt[] | undefined,
    final: boolean,
  ): void {
    const texts = this.verdicts.get(recordingDir)?.texts ?? new Map<string, LineText>();
    const marks = marksOf(recordingDir, findings, sources, final);
    for (const mark of marks) {
      const key = `${mark.path}:${mark.line}`;
      const first = texts.get(key);
      if (first) mark.text = first;
      else if (mark.text) texts.set(key, mark.text);
    }
    this.verdicts.delete(recordingDir);
    this.verdicts.set(recordingDir, { findings, sources, marks, texts });
  }

  clear(recordingDir?: string): void {
    if (recordingDir === undefined) this.verdicts.clear();
    else this.verdicts.delete(recordingDir);
  }

  get(recordingDir: string): { findings: Findings; sources: Verdict['sources'] } | undefined {
    return this.verdicts.get(recordingDir);
  }

  /** Brings `marks` up to date. @param keyOf what all paths of one file have in common */
  async index(keyOf: (path: string) => Promise<string>): Promise<void> {
    const all = [...this.verdicts.values()].flatMap(({ marks }) => marks);
    const keys = new Map<string, string>();
    for (const { path } of all) if (!keys.has(path)) keys.set(path, await keyOf(path));
    const byKey = new Map<string, Mark[]>();
    for (const mark of all) {
      const key = keys.get(mark.path)!;
      const others = byKey.get(key);
      if (others) others.push(mark);
      else byKey.set(key, [mark]);
    }
    this.byKey = byKey;
  }

  /** Of the file with this key, as of the last `index`. */
  marks(key: string): readonly Mark[] {
    return this.byKey.get(key) ?? [];
  }
}
