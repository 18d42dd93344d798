/** The parts of a page that ask the engine: objects found by words, duplicate strings, the inspector. */

import { HeaplineError } from '../../src/base/errors.ts';
import { formatBytes, formatCount } from '../../src/base/units.ts';
import { parseQuery, QUERY_WORDS } from '../../src/protocol/heap-query.ts';
import type { NodeQuery } from '../../src/protocol/heap-rows.ts';
import type { Asked } from '../ask.ts';
import type { Host } from '../host.ts';
import { type Branch, localBranch } from '../layout/branches.ts';
import { completions } from '../layout/completions.ts';
import { remoteBranch } from '../remote-rows.ts';
import type { Store } from '../state.ts';
import { t } from '../text.ts';
import { append, h, longText, section, shown } from './dom.ts';
import { Grid } from './grid.ts';
import { type Inspector, inspectorView } from './inspector.ts';
import { type Explored, earlierOf, neighbours, nodePart, Part, partCells } from './parts.ts';

export interface Explorer {
  explored: Explored;
  /** Of the earlier of two. */
  earlier: Explored;
  /** Below the classes. */
  element: DocumentFragment;
}

/** Undefined where nobody can be asked, as in a report. @param classNames for completion, the largest first */
export function explorerView(
  host: Host,
  of: Asked,
  classNames: readonly string[],
  store: Store,
): Explorer | undefined {
  const { ask } = host;
  if (!ask) return undefined;
  const late: { inspector?: Inspector } = {};
  const explored: Explored = {
    host: { ...host, ask },
    of,
    inspect: (seen) => late.inspector?.inspect(seen),
  };
  const inspector = inspectorView(explored, store);
  late.inspector = inspector;
  const element = document.createDocumentFragment();
  element.append(querySection(explored, classNames, store), inspector.element, stringsSection(explored));
  return { explored, earlier: earlierOf(explored), element };
}

function querySection(explored: Explored, classNames: readonly string[], store: Store): HTMLElement {
  const list = h('datalist', { id: 'query-words' });
  const field = h('input', {
    type: 'search',
    id: 'query',
    list: 'query-words',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'class:Array retained>1MB',
  });
  field.value = store.state.query;
  const complete = (): void =>
    list.replaceChildren(...completions(field.value, classNames).map((value) => h('option', { value })));
  field.addEventListener('input', complete);
  complete();
  const status = h('p', { role: 'status', class: 'dim' });
  const grid = partsGrid('found', t('Objects that were found'));
  grid.element.hidden = true;
  const search = (): void => {
    const text = field.value.trim();
    store.dispatch({ type: 'query', text });
    const id = /^@(\d{1,15})$/.exec(text)?.[1];
    if (id) {
      explored.inspect({ nodeId: Number(id) });
      return;
    }
    grid.element.hidden = text === '';
    status.textContent = '';
    if (text === '') return;
    let query: NodeQuery;
    try {
      query = parseQuery(text);
    } catch (error) {
      grid.element.hidden = true;
      status.replaceChildren();
      append(status, [longText(HeaplineError.is(error) ? error.toLine() : String(error))]);
      return;
    }
    grid.show(foundBranch(explored, query, status));
  };
  const form = h(
    'form',
    { class: 'bar' },
    h('label', { for: 'query' }, t('Find objects')),
    field,
    list,
    h('button', { class: 'button' }, t('Find')),
    status,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    search();
  });
  const help = h(
    'details',
    { class: 'query-help' },
    h('summary', {}, t('What can be asked')),
    h(
      'dl',
      { class: 'facts' },
      ...QUERY_WORDS.flatMap(({ word, help }) => [h('dt', {}, h('code', {}, word)), h('dd', {}, t(help))]),
    ),
  );
  if (store.state.query && !store.state.query.startsWith('@')) search();
  return section('objects', 'Objects', form, help, grid.element);
}

function foundBranch(explored: Explored, query: NodeQuery, status: HTMLElement): Branch<Part> {
  return remoteBranch(async (range, task) => {
    const found = await explored.host.ask('nodes', { query, range }, explored.of, task);
    status.textContent = t(
      '{0} objects: retained {1}, shallow {2}',
      formatCount(found.total),
      formatBytes(found.retainedSize),
      formatBytes(found.selfSize),
    );
    return { total: found.total, rows: found.rows.map((row) => nodePart(explored, row)) };
  });
}

/** Asked for when the reader wants it: it goes through all strings. */
function stringsSection(explored: Explored): HTMLElement {
  const { host, of } = explored;
  const status = h('p', { role: 'status', class: 'dim' });
  const grid = partsGrid('strings', t('Strings that the heap has more than once'));
  grid.element.hidden = true;
  const load = (): void => {
    grid.element.hidden = false;
    button.hidden = true;
    grid.show(
      remoteBranch(async (range, task) => {
        const { total, rows, wasted } = await host.ask('strings', { range }, of, task);
        status.textContent = t('{0} texts, {1} wasted', formatCount(total), formatBytes(wasted));
        return {
          total,
          rows: rows.map(
            (row) =>
              new Part(
                () => [h('code', { class: 'value text', title: shown(row.preview, 300) }, row.preview)],
                t('{0} times, {1} wasted', formatCount(row.count), formatBytes(row.wasted)),
                row.preview,
                () => localBranch(neighbours(explored, row.nodeId)),
                [
                  {
                    label: t('Open in inspector'),
                    main: true,
                    act: () => explored.inspect({ nodeId: row.nodeId }),
                  },
                  { label: t('Copy @id'), act: () => void host.copy(`@${row.nodeId}`) },
                ],
              ),
          ),
        };
      }),
    );
  };
  const button = h('button', { type: 'button', class: 'button', onclick: load }, t('Find duplicate strings'));
  return section('duplicates', 'Duplicate strings', button, status, grid.element);
}

function partsGrid(id: string, label: string): Grid<Part> {
  return new Grid<Part>({
    id,
    label,
    heads: [h('th', { scope: 'col' }, t('Object')), h('th', { scope: 'col' }, t('Size'))],
    cells: (part) => partCells(part, 2),
    tree: { opens: (part) => part.open, text: (part) => part.text, menu: (part) => part.menu },
  });
}
