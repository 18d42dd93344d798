import type { HeatColumn, HeatMap, HeatRow } from '../../protocol/ledger.ts';
import type { SamplingNode, SamplingProfile } from '../../recording/reader.ts';
import { urlToPath } from '../../source/local-path.ts';
import type { ScriptMap } from '../../source/script-map.ts';

const MOST_COLUMNS = 120;
const MOST_ROWS = 30;

type Frame = SamplingNode['callFrame'];

/** Gathers live bytes by the function that allocated them and by step. */
export class Heat {
  private readonly perColumn: number;
  private readonly columns: HeatColumn[];
  private readonly frames: ReadonlyMap<number, Frame>;
  private readonly cells = new Map<string, { frame: Frame; cells: Float64Array; total: number }>();

  /** @param steps how many there are */
  constructor(profile: Pick<SamplingProfile, 'head'>, steps: number) {
    this.perColumn = Math.max(1, Math.ceil(steps / MOST_COLUMNS));
    this.columns = Array.from({ length: Math.ceil(steps / this.perColumn) }, (_, i) => ({
      first: i * this.perColumn + 1,
      last: Math.min(steps, (i + 1) * this.perColumn),
      from: Number.NaN,
      to: Number.NaN,
    }));
    this.frames = allocators(profile.head);
  }

  /** When a step began and ended. */
  note(step: number, from: number, to: number): void {
    const column = this.columnOf(step);
    if (!column) return;
    column.from = Number.isNaN(column.from) ? from : Math.min(column.from, from);
    column.to = Number.isNaN(column.to) ? to : Math.max(column.to, to);
  }

  /** @param node of the profile, that allocated */
  add(node: number, bytes: number, step: number): void {
    const frame = this.frames.get(node);
    const at = Math.floor((step - 1) / this.perColumn);
    if (!frame || !this.columns[at]) return;
    const key = `${frame.scriptId}:${frame.lineNumber}:${frame.columnNumber}:${frame.functionName}`;
    let row = this.cells.get(key);
    if (!row) {
      row = { frame, cells: new Float64Array(this.columns.length), total: 0 };
      this.cells.set(key, row);
    }
    row.cells[at] += bytes;
    row.total += bytes;
  }

  /** @param map tells where functions are written */
  async map(map: ScriptMap): Promise<HeatMap> {
    const rows = [...this.cells.values()].sort((a, b) => b.total - a.total);
    const others = rows.slice(MOST_ROWS).reduce((sum, { total }) => sum + total, 0);
    const shown = rows.slice(0, MOST_ROWS).map(async ({ frame, cells, total }): Promise<HeatRow> => {
      const site = await siteOf(frame, map);
      const row = { function: frame.functionName || '(anonymous)', cells: Array.from(cells, Math.round) };
      return { ...row, ...(site ? { site } : {}), total: Math.round(total) };
    });
    return {
      columns:
        this.columns.filter(({ from }) => !Number.isNaN(from)).length === this.columns.length
          ? this.columns
          : this.columns.map(timed),
      rows: await Promise.all(shown),
      others: Math.round(others),
    };
  }

  private columnOf(step: number): HeatColumn | undefined {
    return this.columns[Math.floor((step - 1) / this.perColumn)];
  }
}

/** NaN is no JSON: of what was not seen the times are 0. */
function timed({ first, last, from, to }: HeatColumn): HeatColumn {
  return { first, last, from: from || 0, to: to || 0 };
}

/** By node of the profile the frame to name: the nearest of the user's own code, else the nearest. */
function allocators(head: SamplingNode): Map<number, Frame> {
  const frames = new Map<number, Frame>();
  const open: { node: SamplingNode; own?: Frame }[] = [{ node: head }];
  for (let at = open.pop(); at; at = open.pop()) {
    const { node, own } = at;
    const { callFrame } = node;
    const nearest = isOwn(callFrame) ? callFrame : own;
    // What we allocate there is no matter of the agent's.
    if (callFrame.url.startsWith('heapline:')) continue;
    frames.set(node.id, nearest ?? callFrame);
    for (const child of node.children) open.push({ node: child, own: nearest });
  }
  return frames;
}

function isOwn({ url }: Frame): boolean {
  return url !== '' && !/^(?:node:|evaluated|heapline:)|[\\/]node_modules[\\/]/.test(url);
}

async function siteOf({ scriptId, url, lineNumber, columnNumber, functionName }: Frame, map: ScriptMap) {
  if (!url || lineNumber < 0) return undefined;
  const extra = { function: functionName || undefined, evidence: 'allocation' };
  const known = await map.site(scriptId, lineNumber, columnNumber, extra);
  if (known) return known;
  const path = urlToPath(url);
  const place = {
    url,
    ...(path ? { path } : {}),
    line: lineNumber + 1,
    column: Math.max(0, columnNumber) + 1,
  };
  return { ...place, ...(extra.function ? { function: extra.function } : {}), evidence: extra.evidence };
}
