/** What comes out of a webview is not trusted: it is taken apart and put together anew, or dropped. */
import type { Site } from '../../protocol/findings.ts';
import { HEAP_QUESTIONS } from '../../protocol/heap-rows.ts';
import type { DiffSide, PanelCommand, PanelSource, PanelToEditor } from '../../protocol/panel.ts';

const COMMANDS: readonly PanelCommand[] = ['compare', 'export', 'verify', 'takeSnapshot', 'openLog'];
/** Longest path, name or URL, in UTF-16 units. */
const MAX_TEXT = 8192;
const MAX_COPY = 100_000;

/** The message, of known form only; undefined for anything else. */
export function readMessage(value: unknown): PanelToEditor | undefined {
  const message = fields(value);
  switch (message?.type) {
    case 'ready':
    case 'cancel':
    case 'retry':
      return { type: message.type };
    case 'open-site': {
      const site = readSite(message.site);
      return site && { type: 'open-site', site, beside: message.beside === true };
    }
    case 'open-rule':
      return isText(message.id) ? { type: 'open-rule', id: message.id } : undefined;
    case 'cancel-ask':
      return isCount(message.id) ? { type: 'cancel-ask', id: message.id } : undefined;
    case 'ask':
      return readAsk(message);
    case 'copy':
      return isText(message.text, MAX_COPY) ? { type: 'copy', text: message.text } : undefined;
    case 'command': {
      const command = COMMANDS.find((known) => known === message.command);
      return command && { type: 'command', command };
    }
    case 'compare': {
      const { before, after } = message;
      const inOrder = isCount(before) && isCount(after) && before < after;
      return inOrder ? { type: 'compare', before, after } : undefined;
    }
    default:
      return undefined;
  }
}

/** What a panel was about, from the state that it kept. */
export function readSource(value: unknown): PanelSource | undefined {
  const source = fields(value);
  switch (source?.type) {
    case 'report':
      return isText(source.dir) ? { type: 'report', dir: source.dir } : undefined;
    case 'summary':
    case 'profile':
      return isText(source.file) ? { type: source.type, file: source.file } : undefined;
    case 'diff': {
      const [before, after] = [readSide(source.before), readSide(source.after)];
      if (!before || !after) return undefined;
      return { type: 'diff', before, after, ...(isText(source.dir) ? { dir: source.dir } : {}) };
    }
    default:
      return undefined;
  }
}

/** What is wrong with the parameters themselves, the engine tells. */
function readAsk({
  id,
  question,
  params,
  snapshot,
  against,
  earlier,
}: Record<string, unknown>): PanelToEditor | undefined {
  const known = HEAP_QUESTIONS.find((each) => each === question);
  if (!known || !isCount(id) || !fields(params) || JSON.stringify(params).length > MAX_TEXT) return undefined;
  return {
    type: 'ask',
    id,
    question: known,
    params: params as object,
    ...(isCount(snapshot) ? { snapshot } : {}),
    ...(isCount(against) ? { against } : {}),
    ...(earlier === true ? { earlier } : {}),
  };
}

function readSide(value: unknown): DiffSide | undefined {
  const side = fields(value);
  if (!isText(side?.file) || !isText(side.title)) return undefined;
  const { file, title, snapshot } = side;
  return { file, title, ...(isCount(snapshot) ? { snapshot } : {}) };
}

function readSite(value: unknown): Site | undefined {
  const site = fields(value);
  if (!isText(site?.url) || !isCount(site.line) || !isCount(site.column)) return undefined;
  const { url, line, column } = site;
  return {
    url,
    line,
    column,
    ...(isText(site.path) ? { path: site.path } : {}),
    ...(isText(site.function) ? { function: site.function } : {}),
    ...(isText(site.evidence) ? { evidence: site.evidence } : {}),
  };
}

function fields(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function isText(value: unknown, max = MAX_TEXT): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max;
}

/** From 1. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
